"""Score against emissions: who is on the front, and an axis in powers of ten."""

import pytest

from wattprint.charts.front import MOST_POINTS, Entry, front_chart, front_of, front_table
from wattprint.domain.interval import Range, exact

A = Entry("a", 70.0, exact(100.0), is_measured=True)
B = Entry("b", 80.0, Range(1000.0, 500.0, 2000.0), is_measured=False)
C = Entry("c", 75.0, exact(1000.0), is_measured=True)
D = Entry("d", 80.0, exact(5000.0), is_measured=True)
E = Entry("e", 65.0, exact(50.0), is_measured=True)
NONE = Entry("nothing", 99.0, exact(0.0), is_measured=True)


def names(entries):
    return [entry.name for entry in entries]


def test_on_the_front_is_who_scores_more_than_all_that_emit_no_more():
    # c emits as much as b and scores less; d scores as b and emits more.
    assert names(front_of([A, B, C, D, E, NONE])) == ["e", "a", "b"]


def test_where_less_is_better_the_lowest_scores_are_on_the_front():
    # e has 65 at 50 g already; all others score worse for more.
    assert names(front_of([A, B, C, D, E], higher_is_better=False)) == ["e"]


def test_of_twins_both_are_on_the_front():
    twin = A._replace(name="twin")
    assert names(front_of([A, B, twin])) == ["a", "twin", "b"]


def test_of_very_many_the_whole_front_is_drawn_and_some_of_the_others():
    many = [Entry(f"m{i}", 50.0 + i / 1e4, exact(200.0 + i), True) for i in range(MOST_POINTS)]
    low = [Entry(f"n{i}", 10.0, exact(300.0 + i), True) for i in range(50)]
    points = front_chart([*low, *many], score="accuracy [%]")["layer"][2]["data"]["values"]
    assert len(points) == MOST_POINTS


def test_the_axis_is_in_kilograms_and_holds_every_interval():
    spec = front_chart([A, B, D], score="accuracy [%]")
    x = spec["layer"][2]["encoding"]["x"]
    # 0.1 kg to 5 kg, and b up to 2 kg.
    assert x["scale"] == {"type": "log", "domain": [0.1, 10.0], "nice": False}
    assert x["axis"]["title"] == "emissions [kg CO2e]"
    (row,) = (row for row in spec["layer"][1]["data"]["values"] if row["name"] == "b")
    assert (row["low"], row["kg"], row["high"]) == (0.5, 1.0, 2.0)


def test_the_line_goes_on_from_the_best_to_the_end():
    line = front_chart([A, B, D], score="accuracy [%]")["layer"][0]["data"]["values"]
    assert [(row["kg"], row["score"]) for row in line] == [(0.1, 70.0), (1.0, 80.0), (10.0, 80.0)]


def test_the_axis_is_turned_where_less_is_better():
    y = front_chart([A, E], score="loss", higher_is_better=False)["layer"][2]["encoding"]["y"]
    first, last = y["scale"]["domain"]
    assert first > last
    assert y["axis"]["title"] == "loss, less is better"


def test_the_table_has_the_front_first_and_everybody():
    table = front_table([A, B, C, D, E], score="accuracy [%]")
    assert [row[0] for row in table.rows] == ["e", "a", "b", "c", "d"]
    assert table.rows[2] == ("b", "80", "1 kg CO2e (0.5-2)", "estimated", "yes")


@pytest.mark.parametrize("count", [1, 30])
def test_names_that_would_touch_are_left_out(count):
    crowd = [Entry(f"model {i}", 50.0 + i / 10, exact(100.0 + i), True) for i in range(count)]
    spec = front_chart(crowd, score="accuracy [%]")
    named = [row["name"] for layer in spec["layer"][3:] for row in layer["data"]["values"]]
    assert crowd[-1].name in named
    assert len(named) <= max(1, count // 2)


@pytest.mark.parametrize("grams", [110.0, 900_000.0])
def test_no_name_crosses_the_axis_of_scores(grams):
    # The best at either end of the axis from 0.1 to 1,000 kg, the others near its begin.
    ends = [Entry("the one that is there", 10.0, exact(105.0), True)]
    ends.append(Entry("the worst of them all", 5.0, exact(900_000.0), True))
    best = Entry("the best of them all", 90.0, exact(grams), is_measured=True)
    marks = {
        row["name"]: (layer["mark"]["align"], layer["mark"]["dy"])
        for layer in front_chart([best, *ends], score="accuracy [%]")["layer"][3:]
        for row in layer["data"]["values"]
    }
    assert marks["the best of them all"] == ("left" if grams == 110.0 else "right", -12)
    assert marks["the one that is there"] == ("left", 15)
