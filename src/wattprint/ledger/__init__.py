"""The local ledger: journals in $WATTPRINT_HOME, written, read, recovered and listed."""
