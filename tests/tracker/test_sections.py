"""Sections: who is charged what, by hand arithmetic and by law."""

import contextlib
import contextvars
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doubles import CurveMeter, FakeMeter, play
from wattprint.tracker import sections as module
from wattprint.tracker.sections import DEEPEST, LONGEST_NAME, MOST_OPEN, MOST_PATHS, OTHERS


def used_j(run):
    """Joules of each section over the whole run."""
    totals = {}
    for row in run.record().sections:
        totals[row.path] = totals.get(row.path, 0.0) + (row.energy_uj[0] or 0) / 1e6
    return {"/".join(path): joules for path, joules in totals.items()}


def duration_s(run, *path):
    return sum(row.duration_s for row in run.record().sections if row.path == path)


def entered(run, *path):
    return sum(row.entered for row in run.record().sections if row.path == path)


@pytest.fixture
def steady(tracking, clock):
    """A run of a device that draws 10 W, on a clock that the test moves."""
    return tracking(CurveMeter(lambda t: 10.0 * t))


def test_a_section_is_charged_what_is_used_while_it_is_open(steady, clock):
    with steady as run:
        clock.now_s += 2.0
        with run.section("epoch"):
            clock.now_s += 3.0
        clock.now_s += 5.0
    # 10 W for 3 s; the 70 J around it belong to no section.
    assert used_j(run) == pytest.approx({"epoch": 30.0}, rel=1e-6)
    assert duration_s(run, "epoch") == pytest.approx(3.0, rel=1e-12)


def test_a_section_inside_another_is_part_of_it(steady, clock):
    with steady as run, run.section("epoch"):
        clock.now_s += 1.0
        for _ in range(2):
            with run.section("step"):
                clock.now_s += 2.0
    assert used_j(run) == pytest.approx({"epoch": 50.0, "epoch/step": 40.0}, rel=1e-6)
    assert (entered(run, "epoch"), entered(run, "epoch", "step")) == (1, 2)


def test_the_same_name_elsewhere_is_another_section(steady, clock):
    with steady as run:
        for phase in ("train", "test"):
            with run.section(phase), run.section("load"):
                clock.now_s += 1.0
    assert set(used_j(run)) == {"train", "train/load", "test", "test/load"}


def test_threads_share_each_moment(steady, clock):
    both_are_in, may_leave = threading.Barrier(2), threading.Event()

    def load():
        with steady.section("load"):
            both_are_in.wait(60)
            may_leave.wait(60)

    with steady as run, run.section("train"):
        clock.now_s += 4.0
        thread = threading.Thread(target=load)
        thread.start()
        both_are_in.wait(60)
        clock.now_s += 6.0
        may_leave.set()
        thread.join()
    # 4 s alone: 40 J; 6 s in two: 30 J each. A thread begins outside all sections.
    assert used_j(run) == pytest.approx({"train": 70.0, "load": 30.0}, rel=1e-6)


def test_bursts_belong_to_the_section_that_drew_them(tracking, clock):
    # 100 W while a section is open, 0 W outside, and nobody reads in between: the reading that a
    # section's end causes tells them apart.
    meter = FakeMeter(0, 0, 200_000_000, 200_000_000)
    with tracking(meter) as run:
        clock.now_s += 3.0
        run._sampler.look()  # what the thread does when the section begins
        with run.section("step"):
            clock.now_s += 2.0
        run._sampler.look()
        clock.now_s += 3.0
    assert used_j(run) == pytest.approx({"step": 200.0}, rel=1e-6)


def test_a_section_that_is_still_open_at_the_end_is_charged_until_then(steady, clock):
    with steady as run:
        run.section("epoch").__enter__()
        clock.now_s += 3.0
    assert used_j(run) == pytest.approx({"epoch": 30.0}, rel=1e-6)


def test_an_inner_section_that_outlives_the_outer_goes_on_alone(steady, clock):
    with steady as run:
        outer, inner = run.section("outer"), run.section("inner")
        outer.__enter__()
        inner.__enter__()
        clock.now_s += 1.0
        outer.__exit__()
        clock.now_s += 1.0
        inner.__exit__()
    assert used_j(run) == pytest.approx({"outer": 10.0, "outer/inner": 20.0}, rel=1e-6)


def test_an_exception_leaves_the_section_and_goes_on_up(steady, clock):
    with steady as run:
        with pytest.raises(ValueError, match="nan"), run.section("step"):
            clock.now_s += 1.0
            raise ValueError("nan")
        clock.now_s += 1.0
    assert used_j(run) == pytest.approx({"step": 10.0}, rel=1e-6)


def test_a_section_outside_a_run_that_goes_on_is_nothing(steady, clock):
    with steady.section("before"):
        pass
    with steady as run:
        clock.now_s += 1.0
    with run.section("after"):
        clock.now_s += 1.0
    assert "after" not in used_j(run)


@pytest.mark.parametrize(
    ("name", "known_as"),
    [(5, "5"), ("", "(no name)"), (None, "None"), ("x" * 999, "x" * LONGEST_NAME)],
    ids=["number", "empty", "none", "long"],
)
def test_a_strange_name_is_no_reason_to_raise(steady, clock, name, known_as):
    with steady as run, run.section(name):
        clock.now_s += 1.0
    assert set(used_j(run)) == {known_as}


def test_more_sections_than_anybody_reads_share_one_name(tracking, clock):
    with tracking(CurveMeter(lambda t: 10.0 * t)) as run:
        for i in range(MOST_PATHS + 50):
            with run.section(f"step {i}"):
                clock.now_s += 0.1
    joules = used_j(run)
    assert len(joules) == MOST_PATHS + 1
    # 50 sections of 0.1 s at 10 W: 50 J; nothing is lost of the whole.
    assert joules[OTHERS] == pytest.approx(50.0, rel=1e-6)
    assert sum(joules.values()) == pytest.approx(10.0 * 0.1 * (MOST_PATHS + 50), rel=1e-6)


def test_further_sections_stay_inside_the_one_around_them(tracking, clock):
    with tracking(CurveMeter(lambda t: 10.0 * t)) as run, run.section("epoch"):
        for i in range(MOST_PATHS + 50):
            with run.section(f"step {i}"), run.section("part"):
                clock.now_s += 0.1
    joules = used_j(run)
    assert joules["epoch"] == pytest.approx(10.0 * 0.1 * (MOST_PATHS + 50), rel=1e-6)
    steps_j = sum(j for path, j in joules.items() if path.count("/") == 1)
    assert steps_j == pytest.approx(joules["epoch"], rel=1e-6)
    assert f"epoch/{OTHERS}" in joules


@given(
    st.lists(st.tuples(st.sampled_from("abcd"), st.booleans(), st.floats(0.01, 9.0)), max_size=40),
    st.floats(0.3, 20.0),
    st.lists(st.booleans(), min_size=60, max_size=60),
    st.booleans(),
)
def test_roots_are_charged_what_was_used_while_a_section_was_open(
    marks, step_s, readable, is_in_order
):
    """Whatever opens inside whatever, and whenever the meter can be read."""
    sections = module.Sections(0.0)
    sections.follow("gpus", 0.0)
    names = {name: module.Section(name, lambda _: None, None) for name in "abcd"}
    now_s = read_s = open_s = 0.0
    open_now, can_be_read = [], iter(readable)

    def read(is_readable):
        nonlocal read_s
        sections.advance(now_s)
        step = (0, 1e6 * (now_s - read_s), 0.0)  # 1 W all the time
        if is_readable:
            read_s = now_s
            sections.charge("gpus", [] if sections.catch_up("gpu-0", step) else [step])
        else:
            sections.fall_behind("gpu-0", "gpus")
            sections.charge("gpus", [])

    for name, enters, pause_s in marks:
        if enters:
            around = open_now[-1] if open_now else None
            open_now.append(module.OpenSection(names[name], around))
            sections.mark(now_s, open_now[-1], is_entered=True)
        elif open_now:
            left = open_now.pop(-1 if is_in_order else 0)
            left.is_open = False
            sections.mark(now_s, left, is_entered=False)
        open_s += pause_s if open_now else 0.0
        now_s += pause_s
        if now_s - read_s > step_s:
            read(next(can_be_read))
    read(True)
    rows = sections.rows(0.0, now_s, [False])
    roots_j = sum((row.energy_uj[0] or 0) / 1e6 for row in rows if len(row.path) == 1)
    # As many joules as seconds with a section open; rounding is 0.5 uJ a row. One that was left
    # before what it contained is not charged for that: never more than those seconds.
    if is_in_order:
        assert roots_j == pytest.approx(open_s, rel=1e-9, abs=1e-5)
    assert roots_j <= open_s + 1e-5


def test_a_section_inside_itself_is_two(steady, clock):
    with steady as run:
        step = run.section("step")
        with step:
            clock.now_s += 1.0
            with step:
                clock.now_s += 1.0
        with step:
            clock.now_s += 1.0
    assert used_j(run) == pytest.approx({"step": 30.0, "step/step": 10.0}, rel=1e-6)
    assert (entered(run, "step"), entered(run, "step", "step")) == (2, 1)


def test_a_callback_keeps_its_context_and_not_what_was_closed_since(steady, clock):
    with steady as run:
        with run.section("tick"):
            context = contextvars.copy_context()

        def tick():
            nonlocal context
            with run.section("tick"):
                clock.now_s += 1.0
                context = contextvars.copy_context()

        for _ in range(20):
            context.run(tick)
    assert used_j(run) == pytest.approx({"tick": 200.0}, rel=1e-6)


def test_a_generator_that_is_closed_elsewhere_leaves_the_other_section_alone(steady, clock):
    def batches(run):
        with run.section("load"):
            yield

    with steady as run:
        generator = batches(run)
        next(generator)
        with run.section("train"):
            contextvars.Context().run(generator.close)
            with run.section("step"):
                clock.now_s += 1.0
    assert ("load", "train", "step") in {row.path for row in run.record().sections}


def test_sections_stop_growing_deeper(steady, clock):
    with steady as run, contextlib.ExitStack() as stack:
        for _ in range(DEEPEST + 20):
            stack.enter_context(run.section("in"))
        clock.now_s += 1.0
    assert max(len(row.path) for row in run.record().sections) == DEEPEST


def test_sections_that_are_never_left_are_followed_up_to_a_point(steady, clock):
    with steady as run:
        for _ in range(MOST_OPEN + 50):
            contextvars.Context().run(run.section("forgotten").__enter__)
        clock.now_s += 1.0
    assert used_j(run) == pytest.approx({"forgotten": 10.0}, rel=1e-6)
    (fault,) = run.record().faults[:1]
    assert "more than 256 sections are open" in fault.message


def test_marks_left_while_a_meter_is_read_count_from_their_own_time(tracking, clock):
    """A meter whose reading lets the work go on for a while, as every system call does."""
    meter = CurveMeter(lambda t: 10.0 * t)
    read = meter.read

    def slow(at_s):
        found = read(at_s)
        if section is not None and not section_is_left:
            section_is_left.append(True)
            clock.now_s += 1.0
            section.__exit__()
            clock.now_s += 1.0
        return found

    section, section_is_left = None, []
    meter.read = slow
    with tracking(meter) as run:
        section = run.section("step")
        section.__enter__()
        clock.now_s += 2.0
        run._sampler.look()
    # Entered for 2 s, left 1 s into the reading, which took 2 s: 3 s at 10 W.
    assert used_j(run) == pytest.approx({"step": 30.0}, rel=1e-6)


def test_a_device_that_was_unreadable_is_charged_to_who_was_open_then(tracking, clock):
    meter = FakeMeter(0, 0, None, 30_000_000)
    with tracking(meter) as run:
        sampler = run._sampler
        with run.section("a"):
            clock.now_s += 10.0
            sampler.look()  # 0 J
            clock.now_s += 10.0
            sampler.look()  # unreadable
        with run.section("b"):
            clock.now_s += 20.0
    # 30 J over the last 30 s: 10 of a, 20 of b.
    assert used_j(run) == pytest.approx({"a": 10.0, "b": 20.0}, rel=1e-6)


def test_what_could_not_be_written_is_in_the_next_interval(tracking, clock):
    with tracking(CurveMeter(lambda t: 10.0 * t)) as run:
        sampler = run._sampler
        with run.section("step"):
            clock.now_s += 1.0
        write, sampler._write = sampler._write, lambda action: False
        sampler.write_interval()
        sampler._write = write
        play(sampler, clock, clock.now_s + 5.0)
    assert used_j(run) == pytest.approx({"step": 10.0}, rel=1e-6)
