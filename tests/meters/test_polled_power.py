"""Power integrated between polls."""

from wattprint.meters.polled_power import PolledPower


def test_polls_are_joined_by_trapezoids():
    power = PolledPower("GPU-1")
    assert power.follow(0.0, 100.0) == 0
    # (100 + 300) / 2 x 0.1 s = 20 J, then 300 W x 0.5 s.
    assert power.follow(0.1, 300.0) == 20_000_000
    assert power.follow(0.6, 300.0) == 170_000_000
    assert power.take_faults() == []


def test_a_gap_between_polls_is_said_and_spanned():
    power = PolledPower("GPU-1")
    power.follow(0.0, 100.0)
    # (100 + 200) / 2 x 4 s.
    assert power.follow(4.0, 200.0) == 600_000_000
    assert power.follow(5.0, 200.0) == 800_000_000
    (text,) = power.take_faults()
    assert text.startswith("GPU-1 was not polled for 4.0 s")


def test_gaps_that_come_again_and_again_are_not_said_each_time():
    power = PolledPower("GPU-1")
    for i in range(101):
        power.follow(2.0 * i, 100.0)
    # The 1st, 2nd, 4th, 8th, 16th, 32nd and 64th of 100.
    assert len(power.take_faults()) == 7


def test_a_short_absence_is_spanned_and_a_long_one_is_charged_until_it_began():
    power = PolledPower("GPU-1")
    power.follow(0.0, 100.0)
    power.miss(0.5, "TIMEOUT")
    # 1 s at 100 W.
    assert power.follow(1.0, 100.0) == 100_000_000
    power.miss(1.5, "LOST")
    power.miss(2.0, "LOST")
    # 0.5 s more at 100 W, and nothing that is known until 9 s.
    assert power.follow(9.0, 300.0) == 150_000_000
    assert power.take_faults() == [
        "GPU-1 could not be read: TIMEOUT",
        "GPU-1 could be read again after 0.5 s",
        "GPU-1 could not be read: LOST",
        "GPU-1 could be read again after 7.5 s",
    ]
