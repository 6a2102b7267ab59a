"""Errors: three parts, fields beside the text, and the standard classes they also are."""

import pickle

import pytest

from wattprint.domain import errors


@pytest.mark.parametrize(
    ("error", "standard"),
    [
        (errors.InputError, ValueError),
        (errors.UnknownNameError, LookupError),
        (errors.AmbiguousNameError, LookupError),
        (errors.ContradictionError, ValueError),
        (errors.UnknownKeywordError, TypeError),
        (errors.HomeError, OSError),
        (errors.RecordError, ValueError),
    ],
)
def test_each_error_is_ours_and_one_that_every_program_knows(error, standard):
    assert issubclass(error, errors.WattprintError)
    assert issubclass(error, standard)


def test_the_tree_at_the_top_of_the_module_shows_every_error():
    drawn = errors.__doc__ or ""
    names = [name for name in vars(errors) if name.endswith("Error")]
    assert len(names) == 8
    assert [name for name in names if name not in drawn] == []


def test_a_refusal_says_what_was_given_what_is_allowed_and_what_is_nearest():
    error = errors.UnknownNameError("zone 'DEX' is unknown", "zones look like 'DE'", ["DE", "GE"])
    assert str(error) == "zone 'DEX' is unknown; zones look like 'DE'. Nearest: 'DE', 'GE'."
    assert (error.given, error.allowed) == ("zone 'DEX' is unknown", "zones look like 'DE'")
    assert error.nearest == ("DE", "GE")


def test_a_refusal_with_nothing_near_ends_after_its_second_part():
    assert str(errors.InputError("pue is 0", "expected 1 or more")) == (
        "pue is 0; expected 1 or more."
    )


@pytest.mark.parametrize("kind", [errors.InputError, errors.UnknownNameError, errors.HomeError])
def test_a_refusal_survives_the_way_back_from_another_process(kind):
    error = kind("pue is 0", "expected 1 or more", ["1"])
    back = pickle.loads(pickle.dumps(error))
    assert type(back) is kind
    assert (str(back), back.given, back.nearest) == (str(error), error.given, error.nearest)


def test_nearest_names_are_spelt_as_known_whatever_the_case_asked_in():
    known = ["Germany", "Georgia", "France"]
    assert errors.nearest_names("GERMNY", known)[0] == "Germany"
    assert errors.nearest_names("GERMNY", known, count=1) == ("Germany",)
    assert errors.nearest_names("qqq", known) == ()
