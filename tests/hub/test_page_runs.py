"""The list of runs: filters, orders, pages, a bound on what is looked at, CSV without formulas."""

import csv
import io
import re
from html import unescape
from urllib.parse import urlencode

import pytest
from sqlalchemy import update

from hub.made import admin_of, client_of
from hub.members import filled, send, sent, signed_in
from wattprint.domain.errors import InputError
from wattprint.hub import run_list
from wattprint.hub.csv_cells import safe_cell
from wattprint.hub.run_list import Asked, listed
from wattprint.hub.storage.schema import runs


def ids(found):
    return [row["run_id"] for row in found.rows]


@pytest.fixture
def hub(database):
    """Runs a to e: ever later, ever shorter, of 5 to 1 kWh; e without emissions."""
    rows = [
        sent(
            name,
            it_kwh=5.0 - i,
            day=f"2026-05-0{i + 1}",
            duration_s=50.0 - i,
            project=("ranker", "speech")[i % 2],
            name=f"Run_{name.upper()} 100%",
            g_per_kwh=None if name == "e" else 100.0,
        )
        for i, name in enumerate("abcde")
    ]
    return filled(database, *rows)[0]


@pytest.fixture
def browser(hub):
    return signed_in(hub, hub.tokens.create("acme", "root", "t", ["admin"]))


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("-started", "edcba"),
        ("started", "abcde"),
        ("-duration", "abcde"),
        ("-energy", "abcde"),
        ("emissions", "dcba"),
    ],
)
@pytest.mark.parametrize("limit", [1, 2, 50])
def test_a_list_is_read_in_its_order_by_pages(hub, sort, expected, limit):
    found, cursor = [], None
    while True:
        page = listed(hub.database, "acme", Asked(), sort=sort, cursor=cursor, limit=limit)
        found += ids(page)
        cursor = page.next_cursor
        if cursor is None:
            break
    assert "".join(found) == expected


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (Asked(project="speech"), "db"),
        (Asked(name="run_a"), "a"),
        (Asked(name="0%"), "edcba"),
        (Asked(name="x%"), ""),
        (Asked(name="' OR 1=1 --"), ""),
        (Asked(zone="DE"), ""),
        (Asked(hardware="CPU", outcome="completed"), "edcba"),
        (Asked(since_ms=1_777_766_400_000), "edc"),  # 2026-05-03
        (Asked(until_ms=1_777_766_400_000), "ba"),
    ],
)
def test_a_filter_finds_what_it_says(hub, asked, expected):
    assert "".join(ids(listed(hub.database, "acme", asked))) == expected


@pytest.mark.parametrize("name", ["École", "école", "ÉCOLE", "cole-R"])
def test_a_name_is_found_by_its_letters_and_those_of_ascii_in_either_case(hub, name):
    token = hub.tokens.create("acme", "root", "t", ["admin"])
    send(hub, token, sent("f", name="École-run"), sent("g", name="école-Run"))
    # É is no letter of ASCII: both databases tell it from é.
    expected = {"É": {"f"}, "é": {"g"}, "c": {"f", "g"}}[name[0]]
    assert set(ids(listed(hub.database, "acme", Asked(name=name)))) == expected


def test_runs_of_a_project_that_was_stored_with_a_blank_at_its_end_are_found(hub, browser):
    its = update(runs).where(runs.c.run_id == "a").values(project_id="ranker ")
    hub.database.write(lambda connection: connection.execute(its))
    text = browser.get("/runs?project=ranker%20").text
    assert re.findall(r'name="run" value="([^"]+)"', text) == ["ranker /a"]
    assert browser.get("/runs/a?project=ranker%20").status_code == 200


def test_tags_and_exclusions_are_filters(hub):
    with client_of(hub, hub.tokens.create("acme", "root", "t", ["admin"])) as client:
        client.put("/api/v1/runs/b/tags/x")
        client.put("/api/v1/runs/c/exclusion", json={"reason": "a test"})
    for asked, expected in (
        (Asked(tag="x"), "b"),
        (Asked(excluded="only"), "c"),
        (Asked(excluded="no"), "edba"),
        (Asked(tag="x", excluded="only"), ""),
    ):
        assert "".join(ids(listed(hub.database, "acme", asked))) == expected
    (row,) = listed(hub.database, "acme", Asked(tag="x")).rows
    assert (row["tags"], row["is_excluded"]) == (["x"], False)


def test_a_search_looks_at_so_many_runs_and_goes_on_from_there(hub, monkeypatch):
    monkeypatch.setattr(run_list, "STRETCHES", (1, 2))
    first = listed(hub.database, "acme", Asked(name="run_a"))
    # The newest three runs are looked at, and none is a.
    assert (ids(first), first.is_cut) == ([], True)
    second = listed(hub.database, "acme", Asked(name="run_a"), cursor=first.next_cursor)
    assert (ids(second), second.is_cut, second.next_cursor) == (["a"], False, None)


@pytest.mark.parametrize("cursor", ["x", "W10", "WyItc3RhcnRlZCIsIDEsICJ4Il0", "é"])
def test_a_cursor_of_no_list_is_refused(hub, cursor):
    with pytest.raises(
        InputError, match=r"cursor .* is none; expected the `next` of this very list"
    ):
        listed(hub.database, "acme", Asked(), cursor=cursor)


def test_the_page_lists_runs_with_what_sorts_and_compares_them(browser):
    text = browser.get("/runs?sort=-energy&columns=energy&columns=zone").text
    names = re.findall(r'name="run" value="([^"]+)"', text)
    assert names == ["ranker/a", "speech/b", "ranker/c", "speech/d", "ranker/e"]
    assert 'aria-sort="descending"' in text
    assert "Energy of the IT" in text and "Duration" not in text.split("Choose columns")[0]


def test_ticked_runs_are_compared(browser):
    answer = browser.get("/compare?run=ranker%2Fa&run=speech%2Fb")
    # 4 kWh beside 5: 0.8 times; both are of France at a PUE of 1.2, so those cancel.
    assert "0.8 times" in answer.text
    assert browser.get("/compare?run=ranker%2Fa&run=ranker%2Fb").status_code == 404
    chart = browser.get("/compare/chart.json?run=ranker%2Fa&run=speech%2Fb&quantity=energy")
    assert "20 % less" in chart.text


def test_settings_that_differ_are_said_in_words(hub, browser):
    token = hub.tokens.create("acme", "root", "t", ["admin"])
    node = {"chassis_type": None, "threads_allowed": 2.0}
    host = {"memory_bytes": 25_276_063_744, "is_guest": True, "node": node}
    send(hub, token, sent("f", host=host, tags={"lr": "0.1"}), sent("g"))
    text = browser.get("/compare?run=ranker/f&run=ranker/g").text
    lines = text.split("Settings that differ")[1]
    # 25,276,063,744 B / 2^30 = 23.54 GiB
    for name, words in (
        *(("Memory", "23.5 GiB"), ("Virtual machine", "yes"), ("Tag lr", "0.1")),
        ("Hardware threads it may use", "2"),
    ):
        assert f'<th scope="row">{name}</th>\n<td>{words}</td>' in lines
    page = browser.get("/runs/f?project=ranker").text
    facts = page.split("The run and its machine")[1].split("</section>")[0]
    assert "23.5 GiB" in facts and "Chassis" not in facts and "None" not in facts


def ticked(answer):
    """Runs that a page has ticked."""
    return re.findall(r'name="run" value="([^"]+)" checked', answer.text)


@pytest.mark.parametrize(
    ("runs", "words"),
    [
        ([], "No run is ticked; tick 2 to 8 of them."),
        (["ranker/a"], "1 run is ticked; tick 2 to 8 of them."),
        ([f"gone/{i}" for i in range(8)] + ["ranker/a"], "9 runs are ticked; tick 2 to 8"),
    ],
)
def test_ticks_that_cannot_be_compared_are_said_in_the_list_that_was_looked_at(
    browser, runs, words
):
    text = browser.get("/runs?project=ranker&sort=-energy&columns=zone").text
    of = unescape(re.search(r'name="of" value="([^"]+)"', text)[1])
    answer = browser.get("/compare?" + urlencode([("of", of), *(("run", run) for run in runs)]))
    assert (answer.status_code, words in answer.text) == (422, True)
    assert ticked(answer) == runs
    listed_runs = re.findall(r'href="/runs/(.)\?project=ranker"', answer.text)
    assert listed_runs == ["a", "c", "e"]
    assert '<option value="ranker" selected>' in answer.text
    assert ">Zone</th>" in answer.text and ">Duration</a>" not in answer.text


@pytest.mark.parametrize("of", ["since=x", "sort=none", "cursor=x", "name=%00", "%ff=%ff"])
def test_ticks_of_a_list_that_is_none_are_said_all_the_same(browser, of):
    answer = browser.get("/compare?" + urlencode({"of": of, "run": "ranker/a"}))
    assert (answer.status_code, "1 run is ticked" in answer.text) == (422, True)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("since=2026-05-03&until=2026-05-01", "2026-05-03 is behind 2026-05-01; expected the"),
        ("until=May", "May is no day; expected a day such as 2026-01-31."),
    ],
)
def test_days_that_are_none_are_said_beside_what_was_typed(browser, query, words):
    answer = browser.get(f"/runs?project=ranker&{query}")
    assert (answer.status_code, words in answer.text) == (422, True)
    assert 'aria-invalid="true"' in answer.text
    for field in ("ranker", *re.findall("=([^&]+)", query)):
        assert f'value="{field}"' in answer.text
    assert browser.get(f"/runs.csv?{query}").status_code == 422


def test_a_hub_without_runs_says_how_to_get_some(hub, database):
    browser = signed_in(hub, admin_of(hub, "other"))
    text = browser.get("/runs").text
    assert "wattprint track --zone FR -- python train.py" in text
    assert "Run_A" not in text and "ranker" not in text
    assert browser.get("/runs/a?project=ranker").status_code == 404
    assert browser.get("/compare?run=ranker%2Fa&run=speech%2Fb").status_code == 404
    assert len(browser.get("/runs.csv").text.splitlines()) == 1


def test_the_csv_has_the_runs_of_the_filter(browser):
    answer = browser.get("/runs.csv?project=speech&sort=started")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["run_id"] for row in rows] == ["b", "d"]
    # 4 kWh of IT are 14,400,000 J; at a PUE of 2 and 100 g/kWh they emit 800 g.
    assert (rows[0]["it_j"], rows[0]["location_ug"]) == ("14400000", "800000000")
    assert "attachment" in answer.headers["content-disposition"]


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_the_csv_is_a_formula(begin):
    assert safe_cell(f"{begin}HYPERLINK(1)") == f"'{begin}HYPERLINK(1)"


def test_a_name_that_is_a_formula_is_none_in_the_csv(hub, browser):
    token = hub.tokens.create("acme", "root", "t", ["admin"])
    send(hub, token, sent("f", project="@SUM(1)", name="=cmd|' /C calc'!A0"))
    (row,) = csv.DictReader(io.StringIO(browser.get("/runs.csv?project=@SUM(1)").text))
    assert (row["project_id"], row["name"]) == ("'@SUM(1)", "'=cmd|' /C calc'!A0")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("sort=colour", "sort is 'colour'"),
        ("columns=colour", "column is 'colour'"),
        ("excluded=perhaps", "excluded is 'perhaps'"),
        ("since=yesterday", "expected a day such as 2026-01-31"),
        ("name=%00", "Refused: name"),
        ("cursor=x", "cursor 'x' is none"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(browser, query, words):
    answer = browser.get(f"/runs?{query}")
    assert answer.status_code == 422
    assert words in unescape(answer.text)


@pytest.mark.parametrize("query", ["sort=colour", "sort=-"])
def test_a_csv_in_no_order_is_refused_before_it_begins(browser, query):
    words = f"sort is '{query[5:].removeprefix('-')}'"
    answer = browser.get(f"/runs.csv?{query}")
    assert answer.status_code == 422
    assert words in unescape(answer.text)
