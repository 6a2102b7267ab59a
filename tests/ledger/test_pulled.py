"""A run that came from a hub is another machine's, and within what it was within there."""

import pytest

from made_runs import FIRST_ID, SECOND_ID, made_run
from wattprint.ledger.pulled import SAME, keep_pulled
from wattprint.ledger.runs import Ledger

HUB = "https://hub.example.org"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({"pid": 7, "boot_id": "b"}, {}),
        ({"pid": 7, "within": SECOND_ID}, {"within": SECOND_ID}),
    ],
    ids=["of itself", "within another"],
)
def test_of_its_process_only_the_run_around_it_is_kept(tmp_path, said, kept):
    run = made_run(process=said)
    keep_pulled(tmp_path, run, HUB)
    assert Ledger(tmp_path).entry(FIRST_ID).run.process == {"pulled_from": HUB, **kept}
    assert keep_pulled(tmp_path, run, HUB) == SAME
