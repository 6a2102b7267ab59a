"""The local ledger: journals in $WATTPRINT_HOME, written, read, recovered and listed."""

from wattprint.ledger.home import home_folder, runs_folder
from wattprint.ledger.journal import JournalWriter, read_journal
from wattprint.ledger.runs import LAST, Ledger, LedgerEntry, load

__all__ = [
    "LAST",
    "JournalWriter",
    "Ledger",
    "LedgerEntry",
    "home_folder",
    "load",
    "read_journal",
    "runs_folder",
]
