"""A cluster's page: whole, escaped, alone, and its figures are those of the summary."""

import itertools
import re

import pytest

import wattprint
from made_logs import BROKEN, MEASURED, MODELLED, WAITING, sacct_log
from reports.test_page import Page
from wattprint.accounting.site import site_of
from wattprint.charts.theme import SIZES
from wattprint.reports.accounting import account_page
from wattprint.reports.accounting_tables import enters
from wattprint.reports.consumers import energy_words, mass_words

HOSTILE = "<script>alert('x')</script>&\"\u202egpj {{ 7*7 }}"
COMMAND = "wattprint account sacct.txt --zone DE"
MADE = {
    "placed": ((*MEASURED, *MODELLED, WAITING, BROKEN), {"zone": "DE", "pue": 1.2}),
    "no place": ((*MEASURED, *MODELLED), {}),
    "one job": (MEASURED[:1], {"intensity": 500}),
    "no waste": (MEASURED[:1], {"zone": "FR"}),
    "asked": (
        (*MEASURED, *MODELLED),
        {"zone": "DE", "by": ["account,quarter", "account,state", "day"]},
    ),
    "several clouds": (
        (*MEASURED, *MODELLED),
        {"site": site_of({"partitions": {"gpu": {"zone": "FR"}}}), "market_intensity": 100},
    ),
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Each made log with its report and its page, read."""
    found = {}
    for name, (rows, said) in MADE.items():
        log = sacct_log(tmp_path_factory.mktemp("logs") / "sacct.txt", *rows)
        report = wattprint.account(log, **said).report
        html = account_page(report, command=COMMAND)
        found[name] = report, html, Page(html)
    return found


@pytest.fixture(params=MADE)
def made(request, pages):
    return pages[request.param]


def test_a_page_is_balanced_and_its_ids_are_unique(made):
    *_, page = made
    assert page.open == []
    ids = page.attributes("id")
    assert len(ids) == len(set(ids))
    assert set(page.attributes("aria-labelledby")) <= set(ids)


def test_a_page_needs_nothing_from_elsewhere_and_runs_nothing(made):
    _, html, page = made
    tags = {tag for tag, _ in page.elements}
    assert tags.isdisjoint({"script", "link", "img", "iframe", "object", "embed", "a", "form"})
    for name in ("href", "xlink:href", "src", "srcset", "action", "style"):
        assert page.attributes(name) == []
    assert not any(key.startswith("on") for _, attrs in page.elements for key in attrs)
    assert all(target.startswith("#") for target in re.findall(r"url\(([^)]*)\)", html))


def test_a_page_can_be_read_by_those_who_do_not_see_it(made):
    *_, page = made
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels.count(1) == 1 and levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    charts = [attrs for tag, attrs in page.elements if tag == "svg"]
    assert all(chart["role"] == "img" and chart["aria-labelledby"] for chart in charts)
    assert all("scope" in attrs for tag, attrs in page.elements if tag == "th")


def test_each_chart_is_there_in_each_width(made):
    *_, page = made
    widths = [attrs["class"].split()[1] for tag, attrs in page.elements if tag == "svg"]
    assert widths
    assert [widths.count(size.name) for size in SIZES] == [len(widths) / 2] * 2


def test_the_parts_of_a_page_come_in_the_order_of_the_questions(made):
    _, html, _ = made
    ids = ["much", "who", "when", "waste", "sure", "log", "again"]
    places = [html.index(f'<h2 id="{name}"') for name in ids]
    assert places == sorted(places)


def test_the_line_to_quote_and_the_command_are_there(made):
    report, _, page = made
    assert f"{report.headline}." in page.text
    assert COMMAND in page.text
    assert report.factor_set["sha256"] in page.text


def test_every_figure_of_a_table_of_consumers_is_that_of_the_summary(made):
    report, _, page = made
    checked = 0
    for roll_up in report.roll_ups:
        rows = {row[0]: row for row in page.tables.get(f"By {roll_up.by[0]}", [])}
        if len(roll_up.by) > 1 or not rows:
            continue
        head = next(iter(rows.values()))
        for row in roll_up.rows:
            shown = dict(zip(head, rows[row.labels[0] or "(not in the log)"], strict=True))
            assert shown["Jobs"] == f"{row.sums.jobs:,}"
            if "CO2e" in shown:
                assert shown["CO2e"] == mass_words(row.sums.location_kg)
            else:
                assert shown["Energy"] == energy_words(row.sums.facility_kwh)
            checked += 1
    assert checked


def test_the_shares_of_consumers_add_up_to_all(pages):
    *_, page = pages["placed"]
    *rows, whole = page.tables["By account"][1:]
    shares = [float(row[-1].removesuffix(" %")) for row in rows]
    assert whole[0] == "All" and whole[-1] == "100.0 %"
    assert sum(shares) == pytest.approx(100.0, abs=0.05 * len(shares))  # each is rounded


def test_hand_made_figures_come_out(tmp_path):
    report = wattprint.account(
        sacct_log(tmp_path / "sacct.txt", *MEASURED), intensity=500, pue=1.5
    ).report
    figures = {row[0]: row[1] for row in Page(account_page(report)).tables["All figures"]}
    # 1 + 3 kWh; x 1.5; x 500 g.
    assert figures["IT energy"] == "4 kWh"
    assert figures["Energy with cooling"] == "6 kWh"
    assert figures["Cooling"] == "2 kWh"
    assert figures["Emissions, location-based"] == "3 kg CO2e"


def test_what_was_lost_is_said_and_what_would_have_cut_it(tmp_path):
    report = wattprint.account(sacct_log(tmp_path / "sacct.txt", *MEASURED), intensity=500).report
    page = Page(account_page(report))
    # 3 of 4 kWh failed: 1.5 kg of 2 kg.
    assert " 1 jobs" not in page.text
    assert "1 job ended so that its work is usually lost: 3 kWh and 1.5 kg CO2e" in page.text
    saved = page.tables["What would have cut it, each on its own"]
    assert saved[1][:3] == ["No lost work", "1.5 kg", "75.0 %"]


def test_jobs_by_account_and_quarter_stand_beside_each_other(tmp_path):
    report = wattprint.account(
        sacct_log(tmp_path / "sacct.txt", *MEASURED), intensity=500, by="account,quarter"
    ).report
    table = Page(account_page(report)).tables["Emissions by account and quarter"]
    # 3 kWh x 500 g in May, 1 kWh x 500 g in February.
    assert table[0] == ["Account", "2024-Q1", "2024-Q2", "Together"]
    assert table[1:] == [["chem", "-", "1.5 kg", "1.5 kg"], ["phys", "500 g", "-", "500 g"]]


def test_how_the_log_was_read_is_there_with_reasons_and_lines(pages):
    report, _, page = pages["placed"]
    assert page.tables["Files"][1] == ["sacct.txt", "sacct", "6"]
    rows = dict(row for row in page.tables["What became of the rows"][1:])
    assert (rows["Jobs that ran"], rows["Rejected"], rows["All rows"]) == ("4", "1", "6")
    ((reason, number, first),) = page.tables["Why rows were rejected"][1:]
    assert (reason, number, first) == (report.reading.reasons[0].reason, "1", "sacct.txt, line 7")


def test_every_assumption_is_there_with_method_and_source(made):
    report, _, page = made
    bare = {(one.cluster, one.partition) for one in report.hardware if not one.accelerators}
    for used in report.factors:
        is_bare = (used.cluster, used.partition) in bare
        for figure in used.evidence:
            if enters(figure, is_bare=is_bare):
                assert " ".join(figure.note.split()) in page.text
                assert figure.method.value in page.text and figure.source in page.text


def test_without_a_place_the_page_says_how_to_give_one(pages):
    _, _, page = pages["no place"]
    assert "no place was given and none is assumed" in page.text
    assert f"{COMMAND} --zone FR" in page.text
    assert "CO2e" not in " ".join(page.tables["By account"][0])


def test_without_waste_the_page_says_so(pages):
    *_, page = pages["no waste"]
    assert "No job failed, was cancelled, ran out of time or of memory" in page.text


def test_jobs_without_a_place_beside_others_are_counted(pages):
    report, _, page = pages["several clouds"]
    total = report.total
    assert 0 < total.located_jobs < total.jobs
    assert f"The place of {total.located_jobs} of {total.jobs} jobs is known" in page.text


def test_names_that_users_wrote_are_text(tmp_path):
    rows = [row.replace("ann", HOSTILE).replace("chem", HOSTILE) for row in MEASURED]
    report = wattprint.account(sacct_log(tmp_path / "sacct.txt", *rows), zone="DE").report
    html = account_page(report, title=HOSTILE, command=HOSTILE)
    assert "<script" not in html.lower() and "\u202e" not in html
    assert Page(html).text.count("<script>alert('x')</script>") > 4
    assert "{{ 7*7 }}" in html


def test_thousands_of_users_are_twenty_and_the_rest(tmp_path):
    report = wattprint.account(sacct_log(tmp_path / "sacct.txt", *MEASURED), intensity=500).report
    users = report.rolled_up("user")
    ann = users.rows[0]
    many = users._replace(rows=tuple(ann._replace(labels=(f"u{i}",)) for i in range(5000)))
    crowded = report._replace(
        roll_ups=tuple(many if one is users else one for one in report.roll_ups)
    )
    html = account_page(crowded)
    rows = Page(html).tables["By user"]
    assert len(rows) == 1 + 20 + 1 + 1
    assert rows[-2][0] == "4,980 others"
    assert len(html.encode()) < 300_000
