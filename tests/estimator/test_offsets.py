"""Offsets: recorded, and subtracted from nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wattprint
from wattprint.domain.errors import InputError
from wattprint.domain.interval import exact
from wattprint.estimator.offsets import find_offsets

works = st.fixed_dictionaries(
    {"accelerator": st.sampled_from(["A100 SXM4 80GB", "T4"]), "hours": st.floats(0.01, 1e4)},
    optional={"zone": st.sampled_from(["FR", "DE"]), "contract": st.just("20%@5")},
)


@given(works, st.floats(0, 1e9), st.none() | st.just("Gold Standard"))
def test_offsets_change_no_other_figure(work, offsets_kg, note):
    work = {"zone": "FR", **work}
    plain = wattprint.estimate(**work)
    offset = wattprint.estimate(**work, offsets_kg=offsets_kg, offsets_note=note)
    assert offset.offsets_kg == exact(offsets_kg)
    (row,) = [row for row in offset.evidence if row.quantity == "offsets"]
    assert "subtracted from nothing" in row.note
    assert plain == offset._replace(
        offsets_kg=None,
        work=plain.work,
        evidence=tuple(e for e in offset.evidence if e is not row),
    )


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"offsets_note": "trees"}, "offsets_note is 'trees' of nothing"),
        ({"offsets_kg": -1}, "offsets_kg is -1"),
        ({"offsets_kg": 1, "offsets_note": " "}, "offsets_note is ' '"),
    ],
)
def test_offsets_that_are_none_are_refused(said, message):
    with pytest.raises(InputError, match=message):
        find_offsets(**said)
