"""A counter followed through all that counters do, its arithmetic done by hand.

The fake counters are in microjoules, with powers of some 100 W: 100 W x 1 s = 100 J = 10^8 uJ.
"""

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattprint.meters.counter import Counter

J = 1_000_000
MOST_W = 1_000.0
RANGE_UJ = 262_143 * J


def counter(wraps_at_uj=RANGE_UJ, most_w=MOST_W):
    return Counter("package-0", wraps_at_uj=wraps_at_uj, most_w=most_w)


def totals_j(followed, readings):
    """Follow (time [s], counter [J]) readings; a counter of None is a reading that failed."""
    found = []
    for at_s, shown_j in readings:
        if shown_j is None:
            followed.miss(at_s, "no answer")
        else:
            found.append(followed.follow(at_s, round(shown_j * J)) / J)
    return found


def test_energy_is_counted_from_the_first_reading():
    # 7000 J were there before; then 100 J, then 50 J more.
    assert totals_j(counter(), [(0, 7_000), (1, 7_100), (2, 7_150)]) == [0, 100, 150]


def test_a_wrap_is_one_step_over_the_top():
    followed = counter(wraps_at_uj=999)
    # 990 to 999 is 9, one step to 0, and 20 more; then 20 to 999, one step and 5: 30 + 985.
    assert [followed.follow(at_s, uj) for at_s, uj in [(0, 990), (1, 20), (2, 5)]] == [0, 30, 1_015]
    assert followed.take_faults() == []


@pytest.mark.parametrize("wraps_at_uj", [RANGE_UJ, None], ids=["range known", "range unknown"])
def test_a_reset_is_bridged_at_the_recent_power(wraps_at_uj):
    followed = counter(wraps_at_uj)
    # 100 W, then a counter that began again: 100 J stand in for the step, then 100 W go on.
    readings = [(0, 90_000), (2, 90_200), (3, 30), (4, 130)]
    assert totals_j(followed, readings) == [0, 200, 300, 400]
    (fault,) = followed.take_faults()
    assert fault.startswith("package-0 went from 90200000000 to 30000000 uJ in 1.000 s")
    assert "100000000 uJ, at the recent power, stand in" in fault


def test_a_counter_that_began_again_has_counted_at_least_what_it_shows():
    # 10 W before, and 400 J since the reset: more than the 10 J of the bridge.
    assert totals_j(counter(None), [(0, 5_000), (1, 5_010), (2, 400)]) == [0, 10, 410]


def test_the_recent_power_is_that_of_seconds_rather_than_of_one_step():
    # 300 W for a second, 40 W for a second (a weight of 1/5): 300 - 260 / 5 = 248 W recently.
    readings = [(0, 5_000), (1, 5_300), (2, 5_340), (3, 0)]
    assert totals_j(counter(None), readings) == [0, 300, 340, 588]
    # Ten seconds at 40 W leave nothing of what was before.
    readings = [(0, 5_000), (1, 5_300), (11, 5_700), (12, 0)]
    assert totals_j(counter(None), readings) == [0, 300, 700, 740]


def test_a_wrap_at_the_usual_range_is_exact_where_the_range_is_not_told():
    followed = Counter("dram", wraps_at_uj=None, most_w=MOST_W, usual_ranges_uj=(99, 999))
    # 990 to 999 is 9, one step to 0, and 20 more.
    assert [followed.follow(at_s, uj) for at_s, uj in [(0, 985), (1, 990), (2, 20)]] == [0, 5, 35]
    assert followed.take_faults() == ["dram is taken to have wrapped at the usual 999 uJ"]


def test_a_wrap_without_a_known_range_is_bridged():
    # The true curve is 100 W throughout; the step from 262100 J to 57 J is bridged by 100 J.
    readings = [(0, 262_000), (1, 262_100), (2, 57), (3, 157)]
    assert totals_j(counter(None), readings) == [0, 100, 200, 300]


@pytest.mark.parametrize("glitch_j", [0, 10**9], ids=["to zero", "to a petajoule"])
def test_a_glitch_and_its_return_cost_nothing(glitch_j):
    followed = counter(None)
    readings = [(0, 90_000), (1, 90_100), (2, glitch_j), (3, glitch_j), (4, 90_430), (5, 90_530)]
    # While it is away 100 J stand in (and nothing for the step in which it stood still); once it
    # is back, its own 430 J count.
    assert totals_j(followed, readings) == [0, 100, 200, 200, 430, 530]
    jumped, back = followed.take_faults()
    assert "stand in" in jumped
    assert back == "package-0 is back where it was before it jumped: nothing is lost"


def test_a_second_reset_is_not_taken_for_a_return_over_a_usual_range():
    followed = Counter("dram", wraps_at_uj=None, most_w=MOST_W, usual_ranges_uj=(65_532 * J,))
    # 100 W throughout; two resets 40 s apart, in which 1000 W could have gone over that range.
    readings = [(0, 40_000), (1, 40_100), (2, 0), (40, 3_800), (41, 0), (42, 100)]
    assert totals_j(followed, readings) == [0, 100, 200, 4_000, 4_100, 4_200]


def test_what_stood_in_is_never_taken_back():
    followed = counter(None)
    # 100 W before the glitch bridge 100 J; the truth was 10 J, then 5 more: the total waits.
    readings = [(0, 90_000), (1, 90_100), (2, 0), (3, 90_110), (4, 90_115), (5, 90_205)]
    assert totals_j(followed, readings) == [0, 100, 200, 200, 200, 205]


def test_a_counter_that_stays_where_it_jumped_goes_on_from_there():
    # Peta-joule jump: 100 J stand in for it, and 100 W count from its new place.
    readings = [(0, 0), (1, 100), (2, 10**9), (3, 10**9 + 100), (4, 10**9 + 200)]
    assert totals_j(counter(None), readings) == [0, 100, 200, 300, 400]


def test_a_first_reading_that_was_wrong_adds_nothing():
    assert totals_j(counter(None), [(0, 0), (1, 10**9), (2, 10**9 + 100)]) == [0, 0, 100]


def test_an_unreadable_while_loses_nothing_and_is_said_once():
    followed = counter()
    readings = [(0, 0), (1, 100), (2, None), (3, None), (4, 400)]
    assert totals_j(followed, readings) == [0, 100, 400]
    assert followed.take_faults() == [
        "package-0 could not be read: no answer",
        "package-0 could be read again after 2.0 s",
    ]
    assert followed.take_faults() == []


def test_a_first_reading_that_fails_begins_the_count_at_the_next():
    followed = counter()
    assert totals_j(followed, [(0, None), (1, 5_000), (2, 5_100)]) == [0, 100]
    assert len(followed.take_faults()) == 2


def test_a_device_that_was_away_and_began_again_is_bridged_until_it_left():
    # 100 W; read at 1 s, gone at 2 s, back with 30 J at 3602 s: one second is bridged, not an hour.
    # (Had it a range, an hour without a look could hide wraps, and those would be made up.)
    readings = [(0, 90_000), (1, 90_100), (2, None), (3_602, 30), (3_603, 130)]
    assert totals_j(counter(None), readings) == [0, 100, 200, 300]


def test_rounds_missed_in_a_long_stop_are_made_up_at_the_mean_power():
    followed = counter(wraps_at_uj=10_000 * J - 1)
    # 200 W for 10 s, then 300 s unread: 60000 J, six rounds of 10000 J, of which the counter
    # shows none: it moved by 0.
    assert totals_j(followed, [(0, 0), (10, 2_000), (310, 2_000)]) == [0, 2_000, 62_000]
    assert "6 times, at the mean power before" in followed.take_faults()[0]


def test_a_long_stop_in_which_it_cannot_have_wrapped_adds_no_round():
    followed = counter(wraps_at_uj=10_000 * J - 1)
    # At most 1000 W x (5 + 1) s = 6000 J: less than a round, so idling after 900 W is idling.
    assert totals_j(followed, [(0, 0), (1, 900), (6, 950)]) == [0, 900, 950]
    assert followed.take_faults() == []


def test_a_reading_taken_later_than_its_time_is_believed():
    # The interpreter's lock kept the reader waiting for 1 s: 600 W x 1 s between two times 0.01 s
    # apart.
    assert totals_j(counter(), [(0, 0), (1, 600), (1.01, 1_200)]) == [0, 600, 1_200]


def test_a_range_that_is_too_small_does_not_stop_the_count():
    # The range file says 1000 uJ and the counter shows more: differences still hold.
    followed = counter(wraps_at_uj=1_000)
    assert [followed.follow(i, uj) for i, uj in enumerate([900, 5_000, 6_000])] == [0, 4_100, 5_100]


def test_a_counter_that_fails_again_and_again_is_said_ever_more_rarely():
    followed = counter()
    for at_s in range(0, 40, 2):  # 20 failures, 19 returns
        followed.follow(at_s, at_s * 100 * J)
        followed.miss(at_s + 1, "no answer")
    faults = followed.take_faults()
    # The 1st, 2nd, 4th, 8th and 16th of each kind.
    assert len(faults) == 10
    assert "package-0 could not be read: no answer (time 16)" in faults


STEPS = st.lists(st.tuples(st.floats(0.001, 30.0), st.floats(0.0, MOST_W)), min_size=1, max_size=30)


@given(steps=STEPS, start_uj=st.integers(0, RANGE_UJ), kept=st.sets(st.integers(0, 29)))
def test_any_split_of_a_true_curve_gives_the_same_total(steps, start_uj, kept):
    times_s = list(accumulate((step_s for step_s, _ in steps), initial=0.0))
    curve_uj = list(accumulate((int(step_s * w * J) for step_s, w in steps), initial=start_uj))
    followed = counter()
    total_uj = 0
    last = len(steps)
    # Gaps reach 240 s at most, in which 1000 W cannot wrap a range of 262 kJ twice.
    seen = sorted({0, last} | {i for i in kept if i < last} | set(range(0, last, 8)))
    for i in seen:
        before_uj = total_uj
        total_uj = followed.follow(times_s[i], curve_uj[i] % (RANGE_UJ + 1))
        assert total_uj >= before_uj
    assert total_uj == curve_uj[-1] - start_uj
    assert followed.take_faults() == []


@given(
    shown=st.lists(st.one_of(st.none(), st.integers(0, 2**63)), max_size=30),
    wraps_at_uj=st.one_of(st.none(), st.just(RANGE_UJ)),
)
def test_whatever_a_counter_shows_its_total_never_falls_nor_passes_the_possible(shown, wraps_at_uj):
    followed = counter(wraps_at_uj)
    total_uj = 0
    for at_s, uj in enumerate(shown):
        if uj is None:
            followed.miss(at_s, "no answer")
            continue
        before_uj, total_uj = total_uj, followed.follow(at_s, uj)
        assert before_uj <= total_uj <= MOST_W * 2 * (at_s + 1) * J


def test_a_device_that_goes_is_taken_to_have_gone_on_for_half_of_the_time_since():
    counter = Counter("GPU-1", wraps_at_uj=None, most_w=5000.0)
    counter.follow(0.0, 7_000_000)
    counter.follow(10.0, 1_007_000_000)
    # 100 W; unseen since 10.0 s, so until 10.5 s: 1,000 + 50 J, once.
    assert counter.lose(11.0, "lost") == 1_050_000_000
    assert counter.lose(12.0, "lost") is None
    assert len(counter.take_faults()) == 1
    # It comes back, and has used nothing since 10 s: what was returned does not fall.
    assert counter.follow(20.0, 1_007_000_000) == 1_050_000_000
    assert counter.follow(21.0, 1_107_000_000) == 1_100_000_000


def test_a_device_that_goes_before_it_was_read_has_used_nothing_that_is_known():
    counter = Counter("GPU-1", wraps_at_uj=None, most_w=5000.0)
    assert counter.lose(1.0, "lost") is None


def test_a_zero_of_a_young_counter_is_a_glitch_and_not_a_burst():
    """1,000 J on the counter when the run starts, 80 W, and one reading that says 0."""
    counter = Counter("package-0", wraps_at_uj=262_143_328_850, most_w=2000.0)
    for i in range(41):
        shown_j = 0.0 if i == 20 else 1000.0 + 40.0 * i
        total_uj = counter.follow(i * 0.5, round(shown_j * 1e6))
    assert total_uj == 1600_000_000


def test_a_reset_of_a_young_counter_stays_one_when_it_passes_where_it_was():
    counter = Counter("package-0", wraps_at_uj=None, most_w=2000.0)
    for i in range(121):
        shown_j = 1000.0 + 40.0 * i if i < 20 else 40.0 * (i - 19.5)
        total_uj = counter.follow(i * 0.5, round(shown_j * 1e6))
    # 80 W for 60 s; the half second of the reset is bridged.
    assert total_uj == pytest.approx(4800e6, rel=1e-6)
