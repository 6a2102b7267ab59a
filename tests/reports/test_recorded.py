"""A machine's facts in words, for pages of one run and of several."""

from wattprint.reports.recorded import fact_lines, host_lines


def test_facts_of_a_machine_are_words_with_units_and_unknown_ones_are_left_out():
    node = {"chassis_type": None, "has_battery": False, "threads_allowed": 2.0}
    host = {"cpu_model": "", "memory_bytes": 25_276_063_744, "is_guest": True, "node": node}
    # 25,276,063,744 B / 2^30 = 23.54 GiB
    assert list(host_lines(host)) == [
        ("Memory", "23.5 GiB"),
        ("Virtual machine", "yes"),
        ("Battery", "no"),
        ("Hardware threads it may use", "2"),
    ]


def test_a_chassis_is_said_by_what_it_is_of():
    said = [dict(host_lines({"chassis_type": kind})) for kind in (10, 3, 23, 1)]
    assert [one["Chassis"] for one in said] == [
        *("a laptop's", "a desktop's", "a server's"),
        "of another kind, SMBIOS type 1",
    ]


def test_facts_of_any_shape_are_words():
    facts = {"site_pue": 1.25, "zone": None, "on": True, "parts": ["a", 2.0], "more": {"x": 1}}
    assert list(fact_lines(facts)) == [
        *(("site pue", "1.25"), ("on", "yes"), ("parts", "a, 2"), ("more", "x 1")),
    ]
