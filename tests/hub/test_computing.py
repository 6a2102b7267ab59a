"""What a record may do wrong when its footprint is computed, and how that is told."""

import pytest

from made_runs import intervals, made_run
from wattprint.hub.computing import NotComputedError, computed_footprint

RUN = made_run(intervals=intervals(1_000_000), duration_s=10.0)


def of_cpu(**changes):
    """The run with its first device changed, as no reader of records would let it."""
    return RUN._replace(devices=(RUN.devices[0]._replace(**changes), *RUN.devices[1:]))


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (of_cpu(note=5), "it is malformed: TypeError"),
        (of_cpu(high_ratio=float("inf")), "expected finite numbers"),
        (of_cpu(low_ratio="x"), "it is malformed: TypeError"),
        (RUN._replace(place={"zone": "NOWHERE"}), "^zone 'NOWHERE' is unknown"),
    ],
    ids=["note", "bound", "ratio", "place"],
)
def test_whatever_a_record_says_wrongly_is_why_it_has_no_footprint(run, words):
    with pytest.raises(NotComputedError, match=words):
        computed_footprint(run)
