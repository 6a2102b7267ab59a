"""`wattprint grid` as a user runs it, against a stand-in on this machine."""

import json
import re
import time

import pytest

from grid.played import HOUR, KEY, ElectricityMapsV3, National, utc
from grid.standin import Answer, StandIn, as_json
from processes import WATTPRINT, in_terminal

EM = ElectricityMapsV3()
UNREACHABLE = "http://127.0.0.1:9"


def this_hour_s():
    return time.time() // HOUR * HOUR


def electricity_maps(seen):
    """Hours around now: DE at 400 g, FR at 40 g, no other zone; older ones are not in the plan."""
    zone, hour_s = seen.query.get("zone"), this_hour_s()
    grams = {"DE": 400, "FR": 40}.get(zone)
    call = seen.path.rpartition("/")[2]
    if seen.headers.get("auth-token") != KEY:
        return EM.wrong_key
    if call == "zones":
        return as_json({"DE": {"zoneName": "Germany", "access": ["*"]}, "FR": {"access": ["*"]}})
    if grams is None:
        return as_json({"error": f"Unknown zone {zone}"}, 404)
    past = [(hour_s - (24 - i) * HOUR, grams + i) for i in range(25)]
    ahead = [(hour_s + i * HOUR, grams - i % 12) for i in range(73)]
    answers = {
        "latest": lambda: as_json(EM.row(hour_s, grams, zone)),
        "history": lambda: EM.history(past, zone=zone),
        "forecast": lambda: EM.forecast(ahead, hour_s, zone=zone),
        "past-range": lambda: EM.not_in_plan,
    }
    return answers[call]()


@pytest.fixture
def service():
    with StandIn(electricity_maps) as stand_in:
        yield stand_in


@pytest.fixture
def grid(wattprint, service):
    """Run `wattprint grid` with Electricity Maps set up at the stand-in."""

    def run(*arguments, **variables):
        return wattprint("grid", *arguments, **{**EM.environment(service.url), **variables})

    return run


def output(done):
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def refusal(done, status=2):
    assert (done.returncode, done.stdout) == (status, "")
    assert "Traceback" not in done.stderr and done.stderr.count("\n") == 1
    return done.stderr


def test_now_says_figure_kind_time_and_who_says_so(grid):
    lines = output(grid("now", "Germany")).splitlines()
    assert lines[0] == "DE: 400 g/kWh, average, lifecycle, consumption"
    assert lines[1].endswith("UTC, actual")
    assert lines[2].startswith("  by electricitymaps, fetched 20")


def test_now_as_json_is_a_series_with_its_unit(grid):
    document = json.loads(output(grid("now", "FR", "--json")))
    (interval,) = document["intervals"]
    assert (document["method"], document["source"]) == ("modelled", "electricitymaps_api")
    assert document["licence"] == "terms of the service; yearly averages are ODbL 1.0"
    assert (document["unit"], interval["g_per_kwh"], interval["state"]) == ("g/kWh", 40.0, "actual")
    assert (document["zone"], document["kind"], document["basis"]) == (
        "FR", "average", "lifecycle",
    )  # fmt: skip


def test_history_is_one_line_a_row_where_it_is_piped(grid):
    lines = output(grid("history", "DE", "--start", "6h")).splitlines()
    assert lines[0].startswith("DE: mean 4")
    assert "100 % covered; lowest" in lines[1]
    head = lines.index("start                 end                   g/kWh  state")
    assert 6 <= len(lines) - head - 1 <= 8
    assert all("actual" in line for line in lines[head + 1 :])


@pytest.mark.parametrize(
    ("start", "bars"),
    [
        pytest.param("24h", 25, id="an hour a bar"),
        pytest.param("23d", 46, id="23 days: half a day a bar"),
    ],
)
def test_a_terminal_gets_bars_and_no_more_than_fit(wattprint, tmp_path, start, bars):
    hour_s = this_hour_s()
    rows = [(hour_s - i * HOUR, 100 + i % 24) for i in range(24 * 30)]
    lines = "".join(f"{utc(s, '%Y-%m-%dT%H:%MZ')},{grams}\n" for s, grams in rows)
    (tmp_path / "de.csv").write_text("timestamp,g_per_kwh\n" + lines)
    code, text = in_terminal(
        [
            *(WATTPRINT, "grid", "history", "DE", "--file", tmp_path / "de.csv"),
            *("--start", start, "--kind", "average", "--basis", "lifecycle"),
        ],
        home=tmp_path,
    )
    assert code == 0
    assert abs(sum("█" in line for line in text.splitlines()) - bars) <= 1


def test_a_forecast_is_kept_and_read_without_a_network(grid, service):
    first = json.loads(output(grid("forecast", "DE", "--hours", "48", "--json")))
    assert {i["state"] for i in first["intervals"]} == {"forecast"}
    assert first["issued_at"] is not None
    asked = len(service.seen)
    again = json.loads(output(grid("forecast", "DE", "--hours", "48", "--json")))
    assert again["intervals"] == first["intervals"]
    assert len(service.seen) == asked


def test_a_warm_cache_answers_with_the_network_unplugged(grid):
    output(grid("history", "DE", "--start", "6h"))
    unplugged = grid(
        "history", "DE", "--start", "5h", WATTPRINT_ELECTRICITYMAPS_BASE_URL=UNREACHABLE
    )
    assert "DE: mean" in output(unplugged)


def test_zones_are_compared_the_lowest_first_and_one_that_fails_says_why(grid):
    lines = output(grid("compare", "DE", "FR", "AT")).splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["FR", "DE", "AT"]
    assert "Unknown zone AT" in lines[3]
    document = json.loads(output(grid("compare", "DE", "FR", "--json")))
    assert document["is_comparable"] is True
    assert [zone["zone"] for zone in document["zones"]] == ["FR", "DE"]


def test_intensities_of_unlike_basis_are_shown_and_not_ranked(grid):
    def half_hour(_):
        start_s = time.time() // 1800 * 1800
        return National().history([(start_s, 500.0), (start_s + 1800, 500.0)])

    with StandIn(half_hour) as great_britain:
        setting = {
            "WATTPRINT_GRID_PROVIDERS": "gb,electricitymaps",
            **National().environment(great_britain.url),
        }
        done = grid("compare", "GB", "DE", "FR", **setting)
    assert [line.split()[0] for line in done.stdout.splitlines()[1:]] == ["GB", "DE", "FR"]
    assert "not ranked: these intensities are of unlike kind or basis" in done.stderr
    assert done.returncode == 0


def test_no_zone_with_a_figure_is_a_failure(grid):
    done = grid("compare", "AT", "PL")
    assert done.returncode == 1


def test_the_place_of_the_project_is_taken_where_no_zone_is_given(grid):
    assert output(grid("now", WATTPRINT_ZONE="FR")).startswith("FR: 40 g/kWh")
    # The grid of the region first, its country after.
    assert output(grid("now", WATTPRINT_REGION="gcp/europe-west3")).startswith("DE: 400 g/kWh")
    assert "no place is given" in refusal(grid("now"))


def test_doctor_tries_keys_that_are_set_up_and_asks_nobody_else(grid, service):
    text = output(grid("doctor"))
    assert "electricitymaps   works       2 zones: DE, FR" in text
    assert "set WATTPRINT_ENTSOE_KEY" in text
    assert "CC BY 4.0" in text
    assert {seen.path.rpartition("/")[2] for seen in service.seen} == {"zones", "latest"}


def test_doctor_fails_where_a_key_is_refused_and_does_not_show_it(grid):
    done = grid("doctor", "--json", WATTPRINT_ELECTRICITYMAPS_KEY="wr0ng-k3y")
    assert done.returncode == 1
    states = {s["service"]: s for s in json.loads(done.stdout)["services"]}
    assert states["electricitymaps"]["state"] == "fails"
    assert "refuses the key" in states["electricitymaps"]["says"]
    assert "wr0ng-k3y" not in done.stdout + done.stderr


def test_sources_are_listed_without_asking_anybody(grid, service):
    text = output(grid("sources"))
    assert "electricitymaps: Electricity Maps (set up)" in text
    assert "Order in which they are asked: electricitymaps" in text
    listed = json.loads(output(grid("sources", "--json")))["services"]
    assert {s["service"] for s in listed} >= {"electricitymaps", "watttime", "gb", "entsoe", "file"}
    assert all(s["unit"] and s["licence"] and s["source"] for s in listed)
    assert service.seen == []


def test_a_file_needs_no_service(wattprint, tmp_path):
    rows = "".join(f"2026-01-15T{h:02}:00Z,{100 + h}\n" for h in range(24) if h != 5)
    path = tmp_path / "de.csv"
    path.write_text("timestamp,g_per_kwh\n" + rows)
    window = ("--start", "2026-01-15", "--end", "2026-01-16", "--file", str(path))
    stated = ("--kind", "average", "--basis", "lifecycle")
    text = output(wattprint("grid", "history", "DE", *window, *stated))
    assert "95.8 % covered" in text
    filled = output(
        wattprint("grid", "history", "DE", *window, *stated, "--fill", "neighbours", "--json")
    )
    document = json.loads(filled)
    assert document["coverage"] == 1.0
    assert document["filling"] == {"rule": "neighbours", "filled_s": 3600.0}
    # (104 + 106) / 2.
    assert document["intervals"][5]["g_per_kwh"] == 105.0
    assert "does not say its kind" in refusal(wattprint("grid", "history", "DE", *window))


def test_where_explains_each_step(wattprint):
    text = output(wattprint("grid", "where", WATTPRINT_ZONE="FR"))
    assert "WATTPRINT_ZONE" in text and "Place: zone FR, by WATTPRINT_ZONE." in text
    assert "No place is found." in output(wattprint("grid", "where"))
    document = json.loads(output(wattprint("grid", "where", "--region", "aws/us-east-1", "--json")))
    assert document["region"] == "aws/us-east-1"
    assert document["zones"][-1] == "US-VA"


def test_where_says_what_an_ip_look_up_sends_before_it_sends(wattprint):
    with StandIn(lambda seen: as_json({"country": "CH"})) as service:
        done = wattprint("grid", "where", "--ask-ip", WATTPRINT_IP_LOOKUP_URL=service.url)
        assert "learns this machine's public IP address and nothing else" in done.stderr
        assert f"Place: zone CH, by IP look-up at {service.url}." in done.stdout
        (seen,) = service.seen
    assert set(seen.headers) <= {"host", "accept", "accept-encoding", "user-agent", "connection"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("now", "DEX"), "zone 'DEX' is unknown"),
        (("now", "FR", "--provider", "emaps"), "provider 'emaps' is unknown"),
        (("now", "FR", "--provider", "entsoe"), "entsoe is not set up: no key; set WATTPRINT_ENTS"),
        (("now", "FR", "--provider", "gb"), "zone 'FR' is not in Great Britain's service"),
        (("now", "FR", "--kind", "marginal"), "electricitymaps has no marginal intensity"),
        (("now", "FR", "--kind", "mean"), "kind is 'mean'; expected one of average, marginal"),
        (("history", "FR", "--start", "yesterday"), "--start is 'yesterday'"),
        (("history", "FR", "--start", "1h", "--end", "2h"), "--start 1h is not before --end 2h"),
        (("history", "FR", "--start", "3h", "--fill", "guess"), "rule is 'guess'"),
        (("forecast", "FR", "--hours", "0"), "0 is not in the range"),
        (("now", "FR", "--file", "none.csv"), "file none.csv cannot be read"),
        (("now", "FR", "--file", "x.csv", "--provider", "gb"), "expected one of them"),
        (("whre",), "Nearest: 'where'"),
        (("where", "--zone", "ZZ"), "zone 'ZZ' is unknown (option)"),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, tuple) else "",
)
def test_a_slip_is_refused_in_one_line(grid, arguments, message):
    assert message in refusal(grid(*arguments))


def test_a_service_that_fails_is_one_line_and_status_1(grid, service):
    service.script += [Answer(b"<html>maintenance</html>")]
    assert "electricitymaps, zone DE: the answer is HTML instead of JSON" in refusal(
        grid("now", "DE"), status=1
    )
    text = refusal(grid("history", "DE", "--start", "2025-01-01", "--end", "2025-01-02"), status=1)
    assert "the key's plan does not hold this zone or call" in text
    assert KEY not in text


def test_without_a_service_usual_hours_answer_with_their_interval_and_say_so(wattprint):
    text = output(wattprint("grid", "now", "FR"))
    assert re.match(r"FR: [\d.]+ \([\d.]+-[\d.]+\) g/kWh, average, lifecycle\n", text)
    assert "note: no service was asked: usual hours of the zone, not those of that day" in text
    assert "typical: no service was asked" in output(wattprint("grid", "compare", "FR", "DE"))
    document = json.loads(output(wattprint("grid", "forecast", "FR", "--json")))
    assert {i["state"] for i in document["intervals"]} == {"typical"}
    assert all(i["low"] < i["g_per_kwh"] < i["high"] for i in document["intervals"])


def test_usual_hours_stand_in_for_no_marginal_intensity_and_no_neighbour(wattprint):
    text = refusal(wattprint("grid", "now", "FR", "--kind", "marginal"))
    assert "no service of grid intensity is set up for zone 'FR'" in text
    assert "`wattprint grid sources`" in text
    assert "'AQ'" in refusal(wattprint("grid", "now", "AQ"))


def test_a_configuration_that_others_can_read_is_refused(wattprint, home):
    config = home / ".wattprint" / "config.toml"
    config.parent.mkdir()
    config.write_text(f'[grid.electricitymaps]\nkey = "{KEY}"\n')
    config.chmod(0o644)
    text = refusal(wattprint("grid", "now", "FR"))
    assert "chmod 600" in text and KEY not in text


def test_a_home_that_cannot_be_written_keeps_nothing_and_says_so(grid, home):
    (home / "file").write_text("")
    done = grid("now", "DE", "--home", str(home / "file"))
    assert done.returncode == 0 and done.stdout.startswith("DE: 400 g/kWh")
    assert "nothing is kept" in done.stderr


def test_no_key_is_in_the_cache(grid, home):
    output(grid("now", "DE"))
    output(grid("history", "DE"))
    files = [path for path in (home / ".wattprint").rglob("*") if path.is_file()]
    assert files
    assert not any(KEY.encode() in path.read_bytes() for path in files)


def test_a_file_is_carried_on_with_the_error_to_expect(wattprint, tmp_path):
    hours = [this_hour_s() - i * HOUR for i in range(1, 24 * 10)]
    rows = [f"{utc(at)},{300 + 50 * (at // HOUR % 24 < 12)}" for at in hours]
    (tmp_path / "de.csv").write_text("\n".join(["timestamp,g_per_kwh", *rows]))
    said = ("--file", tmp_path / "de.csv", "--kind", "average", "--basis", "lifecycle")
    done = wattprint("grid", "forecast", "DE", *said, "--hours", 24, "--json")
    series = json.loads(done.stdout)
    assert (done.returncode, series["kind"], len(series["intervals"])) == (0, "average", 25)
    assert {row["state"] for row in series["intervals"]} == {"forecast"}
    assert all(row["low"] < row["g_per_kwh"] < row["high"] for row in series["intervals"])
    assert any(note.startswith("mean error to expect: ") for note in series["notes"])
    by_hour = {row["start"][11:13]: row["g_per_kwh"] for row in series["intervals"][1:]}
    assert by_hour["06"] > by_hour["18"]  # as in the days before, and not as in the profile
