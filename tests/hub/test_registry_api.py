"""The registry's API: what is submitted once, reviewed, found, and shown to whom."""

import csv
import io
import json
import sys
from xml.etree import ElementTree

import pytest

from hub.made import admin_of, client_of, hub_of
from hub.made_models import accepted, footprint, model, publish
from wattprint.hub.auth.rights import Principal
from wattprint.hub.organisations import set_member

MODELS = "/api/v1/registry/models"
ROOT = Principal("acme", "root", "0" * 16, "admin", frozenset({"admin"}))


@pytest.fixture
def hub(database):
    """A hub whose public organisation is acme."""
    return hub_of(database, public_organisation="acme")


@pytest.fixture
def admin(hub):
    """Its admin."""
    return client_of(hub, admin_of(hub))


def member(hub, user="ann", role="member"):
    """A client of a new member."""
    set_member(hub.database, ROOT, user, role=role, name=user, now_ms=0)
    return client_of(hub, hub.tokens.create("acme", user, "test", ["admin"]))


def names(answer):
    """Ids of a list."""
    return [found["id"] for found in answer.json()["models"]]


def test_the_same_submission_again_changes_nothing_and_another_of_its_id_is_refused(hub, admin):
    assert admin.post(MODELS, json=model()).status_code == 201
    again = admin.post(MODELS, json=model())
    assert (again.status_code, again.json()["verdict"]) == (200, "duplicate")
    assert admin.post(MODELS, json=model(version="2.0")).status_code == 409
    assert admin.get(f"{MODELS}/model-0001").json()["model"]["version"] == "1.0"


def test_our_estimate_stands_beside_what_was_reported(hub, admin):
    admin.post(MODELS, json=model())
    (piece,) = admin.get(f"{MODELS}/model-0001").json()["model"]["footprints"]
    # 8 x 0.4 kW x 72 h x 1.2 = 276.48 kWh, x 53.26 g/kWh (FR, 2023) = 14.7253 kg.
    assert piece["reported_kg"] == pytest.approx(14.7, rel=1e-12)
    assert piece["computed_kwh"]["value"] == pytest.approx(276.48, rel=1e-9)
    assert piece["computed_kg"]["value"] == pytest.approx(276.48 * 53.26e-3, rel=1e-6)
    assert piece["said"]["emissions_unit"] == "kg", "as it was reported"


def test_pieces_of_work_add_up(hub, admin):
    # A pretraining of 14.7 kg and a finetuning of 300 g on one device: 15 kg.
    small = footprint(stage="finetune", emissions=300, emissions_unit="g", count=1, hours=12)
    admin.post(MODELS, json=model(footprints=[footprint(), small]))
    found = admin.get(f"{MODELS}/model-0001").json()["model"]
    assert found["emissions_kg"]["value"] == pytest.approx(15.0, rel=1e-12)


# 1e12 h x 1 MW = 1e15 kWh, and 1e7 x 9e5 h x 0.4 kW x 10 = 3.6e13 kWh: more than 1e11. Ten of 1 Mt
# are 10 Mt, and ten of 20 TWh at 10 kg/kWh 2,000 Mt. 13 Mt is what 1e10 kWh are at 1.3 kg/kWh.
MUCH = [
    ([{"device_hours": 1e12, "power_w": 1e6, "zone": "FR", "year": 2023}], "/0/device_hours"),
    (
        [{"count": 10_000_000, "hours": 900_000, "hardware": "A100 SXM4 80GB", "pue": 10}],
        "/0/hours",
    ),
    ([{"emissions": 1e6, "emissions_unit": "t"}] * 10, ""),
    ([{"energy": 20_000, "energy_unit": "GWh"}] * 10, ""),
    ([{"energy": 1e4, "energy_unit": "GWh", "intensity_g_per_kwh": 1300}], "/0/energy"),
]


@pytest.mark.parametrize(("works", "pointer"), MUCH, ids=range(len(MUCH)))
def test_figures_that_add_up_to_more_than_is_kept_are_refused_alone(hub, admin, works, pointer):
    answer = admin.post(MODELS, json=model(1, footprints=works))
    assert answer.status_code == 422, answer.text
    errors = [e for e in answer.json()["errors"] if "more than is kept" in e["detail"]]
    assert [error["pointer"] for error in errors] == [f"/footprints{pointer}"]
    assert "at most 1 Mt CO2e and 100 TWh" in errors[0]["detail"]
    batch = {"models": [model(1, footprints=works), model(2)]}
    told = admin.post(f"{MODELS}:batch", json=batch).json()
    assert told["counts"] == {"refused": 1, "created": 1}


def test_the_largest_figures_that_are_kept_come_back(hub, admin):
    # Half of 1 Mt twice, and half of 100 TWh twice: 1e12 g, and 1e11 kWh.
    grams = {"emissions": 5e5, "emissions_unit": "t"}
    energy = {"energy": 5e4, "energy_unit": "GWh", "energy_at": "facility"}
    for number, half in ((1, grams), (2, energy)):
        answer = admin.post(MODELS, json=model(number, footprints=[half, half]))
        assert answer.status_code == 201, answer.text
    first, second = (admin.get(f"{MODELS}/model-{n:04}").json()["model"] for n in (1, 2))
    assert first["emissions_kg"]["value"] == pytest.approx(1e9, rel=1e-12)
    assert second["energy_kwh"]["value"] == pytest.approx(1e11, rel=1e-12)


def test_a_bound_of_more_than_is_kept_is_refused(hub, admin):
    answer = admin.post(MODELS, json=model(work=footprint(emissions_high=1e300)))
    assert (answer.status_code, "at most 1 Mt" in answer.text) == (422, True)


def test_grams_for_kilograms_are_refused_and_nothing_is_stored(hub, admin):
    answer = admin.post(MODELS, json=model(work=footprint(emissions_unit="g")))
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["pointer"] == "/footprints/0/emissions"
    assert "14.7 g; kilograms" in error["detail"]
    assert admin.get(f"{MODELS}/model-0001").status_code == 404


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"name": " "}, "/name"),
        ({"id": "x"}, "/id"),
        ({"links": ["javascript:alert(1)"]}, "/links"),
        ({"links": ["https://u:p@example.org/"]}, "/links"),
        ({"year": 1800}, "/year"),
        ({"footprints": []}, "/footprints"),
        ({"colour": "green"}, "/colour"),
        ({"work": footprint(emissions_unit=None)}, "/footprints/0"),
        ({"work": footprint(emissions_low=20)}, "/footprints/0"),
        ({"work": footprint(pue=0.9)}, "/footprints/0/pue"),
        ({"work": footprint(zone="XX")}, "/footprints/0/zone"),
        ({"work": footprint(emissions=float("1e300"))}, "/footprints/0"),
        ({"work": {"zone": "FR"}}, "/footprints/0/emissions"),
    ],
)
def test_what_is_wrong_is_named(hub, admin, changes, pointer):
    answer = admin.post(MODELS, content=json.dumps(model(**changes)), headers=JSON)
    assert answer.status_code == 422, answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


JSON = {"content-type": "application/json"}


def test_a_check_stores_nothing(hub, admin):
    answer = admin.post(f"{MODELS}:check", json=model(work=footprint(year=2019))).json()
    assert answer["is_refused"]
    assert "was released in 2020" in answer["findings"][0]["text"]
    assert admin.get(f"{MODELS}/model-0001").status_code == 404


def test_each_row_of_a_table_stands_for_itself(hub, admin):
    table = (
        "name,hardware,count,hours,zone,trained_in,emissions,emissions_unit\r\n"
        "made-up/a,A100 SXM4 80GB,8,72,FR,2023,12.3,kg\r\n"
        "made-up/b,A100 SXM4 80GB,8,72,FR,2023,12.3,g\r\n"
        '"made-up/c\nsecond line",A100,1,1,FR,2023,,\r\n'
        "made-up/d,A100,1\r\n"
        "made-up/e,A100,1,x,FR,2023,,\r\n"
    )
    for expected in ("created", "duplicate"):
        answer = admin.post(f"{MODELS}:batch", content=table, headers={"content-type": "text/csv"})
        rows = answer.json()["rows"]
        assert [(row["line"], row["verdict"]) for row in rows] == [
            (2, expected),
            (3, "refused"),
            (4, "refused"),
            (6, "refused"),
            (7, "refused"),
        ]
    assert "kilograms" in rows[1]["reasons"][0]
    assert rows[2]["reasons"][0].startswith("/name")
    assert rows[3]["reasons"] == ["3 cells; expected 8"]
    assert rows[4]["reasons"][0].startswith("/footprints/0/hours")


@pytest.mark.parametrize("model_id", ["\ud800", "x", "a b c d e f", "ä" * 8, 12345678, None, []])
def test_an_id_that_is_none_is_refused_and_not_echoed(hub, admin, model_id):
    rows = json.dumps({"models": [model(1), model(2, id=model_id)]})
    answer = admin.post(f"{MODELS}:batch", content=rows, headers=JSON)
    assert answer.status_code == 200, answer.text
    verdicts = [(row["id"], row["verdict"]) for row in answer.json()["rows"]]
    assert verdicts == [("model-0001", "created"), (None, "refused")]


def test_a_table_with_an_unknown_column_is_refused_with_the_nearest(hub, admin):
    answer = admin.post(
        f"{MODELS}:batch", content="name,emission\n", headers={"content-type": "text/csv"}
    )
    assert answer.status_code == 422
    assert "Nearest: 'emissions'" in answer.json()["detail"]


def test_a_batch_has_a_most(database):
    hub = hub_of(database, largest_batch=2)
    client = client_of(hub, admin_of(hub))
    many = {"models": [model(number) for number in range(3)]}
    assert client.post(f"{MODELS}:batch", json=many).status_code == 413


def test_a_maintainer_decides_and_the_history_tells(hub, admin):
    admin.post(f"{MODELS}:batch", json={"models": [model(1), model(2), model(3)]})
    review = f"{MODELS}:review"
    answer = admin.post(review, json={"ids": ["model-0001"], "decision": "rejected"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/reason")
    said = {"ids": ["model-0001"], "decision": "rejected", "reason": "no source"}
    assert admin.post(review, json=said).json()["models"] == {"model-0001": "rejected"}
    ids = ["model-0001", "model-0002", "no-such-model"]
    told = admin.post(review, json={"ids": ids, "decision": "accepted"}).json()["models"]
    assert told == {
        "model-0001": "is rejected",
        "model-0002": "accepted",
        "no-such-model": "unknown",
    }
    history = admin.get(f"{MODELS}/model-0001").json()["model"]["history"]
    assert {(event["state"], event["reason"]) for event in history} == {
        ("submitted", ""),
        ("rejected", "no source"),
    }
    actions = {event["action"] for event in admin.get("/api/v1/audit").json()}
    assert {"registry.submit", "registry.rejected", "registry.accepted"} <= actions


def test_who_submitted_may_withdraw_and_no_other_member(hub, admin):
    ann, ben = member(hub, "ann"), member(hub, "ben")
    ann.post(MODELS, json=model())
    accepted(admin, model())
    path = f"{MODELS}/model-0001/withdraw"
    assert ben.post(path, json={}).status_code == 403
    assert ann.post(path, json={"reason": "superseded"}).json()["models"] == {
        "model-0001": "withdrawn"
    }
    assert ann.post(path, json={}).status_code == 409
    assert names(admin.get(MODELS)) == []
    assert names(admin.get(f"{MODELS}?state=withdrawn")) == ["model-0001"]


def test_nothing_is_public_unless_the_organisation_says_so(hub, admin):
    accepted(admin, model(1))
    admin.post(MODELS, json=model(2))
    anybody = client_of(hub)
    assert anybody.get(MODELS).status_code == 401
    publish(hub, ROOT)
    assert names(anybody.get(MODELS)) == ["model-0001"]
    assert anybody.get(f"{MODELS}?state=submitted").status_code == 403
    assert anybody.get(f"{MODELS}/model-0002").status_code == 404
    for name in ("badge.svg", "citation.bib", "citation.txt"):
        assert anybody.get(f"{MODELS}/model-0002/{name}").status_code == 404
    assert '"user"' not in anybody.get(f"{MODELS}/model-0001").text, "no names of members"


def test_nothing_of_a_registry_shows_to_another_tenant(hub, admin):
    accepted(admin, model(1))
    admin.post("/api/v1/registry/requests", json={"model": "made-up/secret"})
    other = client_of(hub, admin_of(hub, "other"))
    for path in ("models", "tasks", "registry.csv", "feed.atom", "requests"):
        text = other.get(f"/api/v1/registry/{path}").text
        assert "made-up" not in text, path
    assert other.get(f"{MODELS}/model-0001").status_code == 404
    assert other.get(f"{MODELS}?organisation=acme").status_code == 404
    said = {"ids": ["model-0001"], "decision": "rejected", "reason": "mine now"}
    assert other.post(f"{MODELS}:review", json=said).json()["models"] == {"model-0001": "unknown"}
    assert other.post(f"{MODELS}/model-0001/withdraw", json={}).status_code == 404
    assert other.post(MODELS, json=model(1)).status_code == 201, "the same id is another's"
    publish(hub, ROOT)
    assert names(other.get(f"{MODELS}?organisation=acme")) == ["model-0001"]


def test_words_filters_and_order_find_models(hub, admin):
    accepted(
        admin,
        model(1, name="made-up/distilled-bert", work=footprint(emissions=14)),
        model(2, name="made-up/Bert_Large", task="translation", work=footprint(emissions=15)),
        model(3, publisher="Ångström Lab", work=footprint(zone="DE", emissions=100)),
    )
    for query, expected in (
        ("q=bert", {"model-0001", "model-0002"}),
        ("q=ber+dist", {"model-0001"}),
        ("q=istil", {"model-0001"}),
        ("q=%C3%A5ngstr", {"model-0003"}),
        ("q=transl", {"model-0002"}),
        ("q=no-such", set()),
        ("q=100%25", set()),
        ("q=pretrain", set()),
        ("task=TRANSLATION", {"model-0002"}),
        ("zone=de", {"model-0003"}),
        ("zone=Germany", {"model-0003"}),
        ("stage=pretrain", {"model-0001", "model-0002", "model-0003"}),
        ("method=measured", set()),
        ("most_kg=14.5", {"model-0001"}),
        ("first_year=2024", set()),
    ):
        assert set(names(admin.get(f"{MODELS}?{query}"))) == expected, query
    order = names(admin.get(f"{MODELS}?sort=-emissions"))
    assert order == ["model-0003", "model-0002", "model-0001"]


@pytest.mark.parametrize("sort", ["name", "-name", "emissions", "-year", "-changed_at_ms"])
def test_pages_hold_each_model_once(hub, admin, sort):
    accepted(admin, *(model(number) for number in range(7)))
    found, more = [], {"sort": sort, "limit": 3}
    while True:
        page = admin.get(MODELS, params=more)
        found += names(page)
        if page.json()["next"] is None:
            break
        more["cursor"] = page.json()["next"]
    assert sorted(found) == [f"model-{number:04}" for number in range(7)]
    assert admin.get(f"{MODELS}?sort=energy&cursor=bm9uZQ").status_code == 422


def test_a_leaderboard_marks_whom_none_beats_in_both(hub, admin):
    scores = [(0.9, 16.0), (0.8, 13.0), (0.7, 14.0), (0.6, 12.0)]
    accepted(
        admin,
        *(
            model(i, scores=[{"metric": "acc", "value": s}], work=footprint(emissions=kg))
            for i, (s, kg) in enumerate(scores)
        ),
    )
    board = admin.get("/api/v1/registry/leaderboard?task=text-ranking").json()
    assert [row["model"] for row in board["ranked"]] == [f"model-{i:04}" for i in range(4)]
    # 0.7 for 14 kg is beaten by 0.8 for 13 kg.
    assert board["front"] == ["model-0000", "model-0001", "model-0003"]


def test_of_equal_scores_a_model_that_emits_nothing_comes_first(hub, admin):
    emissions = [12.0, 0.0]
    accepted(
        admin,
        *(
            model(i, scores=[{"metric": "acc", "value": 0.9}], work=footprint(emissions=kg))
            for i, kg in enumerate(emissions)
        ),
    )
    board = admin.get("/api/v1/registry/leaderboard?task=text-ranking").json()
    assert [row["model"] for row in board["ranked"]] == ["model-0001", "model-0000"]


def test_a_lower_score_is_better_where_it_says_so(hub, admin):
    losses = [(2.0, 14.0), (3.0, 13.0), (4.0, 15.0)]
    accepted(
        admin,
        *(
            model(
                i,
                scores=[{"metric": "loss", "value": s, "higher_is_better": False}],
                work=footprint(emissions=kg),
            )
            for i, (s, kg) in enumerate(losses)
        ),
    )
    board = admin.get("/api/v1/registry/leaderboard?task=text-ranking&metric=loss").json()
    assert [row["score"] for row in board["ranked"]] == [2.0, 3.0, 4.0]
    assert board["front"] == ["model-0000", "model-0001"]


def test_a_download_states_its_licence_and_holds_no_formula(hub, admin):
    publish(hub, ROOT, attribution="=Acme")
    accepted(admin, model(1, name="=HYPERLINK(1)", publisher="@lab", version="-1"))
    answer = client_of(hub).get("/api/v1/registry/registry.csv")
    assert 'rel="license"' in answer.headers["link"]
    (row,) = csv.DictReader(io.StringIO(answer.text))
    assert (row["name"], row["publisher"], row["version"]) == ("'=HYPERLINK(1)", "'@lab", "'-1")
    assert (row["registry_licence"], row["attribution"]) == ("CC-BY-4.0", "'=Acme")
    assert float(row["emissions_kg"]) == pytest.approx(14.7)


def test_a_download_is_submitted_to_another_hub_with_the_same_figures(hub, admin):
    plain = footprint(hardware=None, count=None, hours=None, pue=None, energy=2, energy_unit="MWh")
    accepted(
        admin,
        model(1, links=["https://example.org/a", "https://example.org/b"], note="=one\ntwo"),
        model(
            2,
            name="@made-up/two",
            scores=[
                {"metric": "loss", "value": -2.5, "higher_is_better": False, "dataset": "x"},
                {"metric": "ndcg@10", "value": 0.5},
            ],
            footprints=[footprint(source="https://example.org/c"), footprint(stage="finetune")],
        ),
        model(3, work={**plain, "emissions": 100, "energy_at": "facility"}, licence="MIT"),
    )
    text = admin.get("/api/v1/registry/registry.csv").text
    other = client_of(hub, admin_of(hub, "other"))
    kind = {"content-type": "text/csv"}
    answer = other.post(f"{MODELS}:batch", content=text.encode(), headers=kind)
    assert answer.json()["counts"] == {"created": 3}, answer.text
    for number in (1, 2, 3):
        here, there = (
            client.get(f"{MODELS}/model-000{number}").json()["model"] for client in (admin, other)
        )
        for name in ("name", "version", "licence", "note", "links", "scores", "energy_kwh"):
            assert there[name] == here[name], name
        for name in ("footprints", "emissions_kg", "computed_emissions_kg", "evidence", "year"):
            assert there[name] == here[name], name


def test_a_table_s_further_work_that_is_no_list_is_refused_by_its_row(admin):
    text = b"name,hours,more_footprints\na,1,{\nb,1,3\n"
    answer = admin.post(f"{MODELS}:batch", content=text, headers={"content-type": "text/csv"})
    reasons = [row["reasons"] for row in answer.json()["rows"]]
    assert reasons == [["more_footprints is no list in JSON"]] * 2


def test_parquet_holds_the_same_rows_and_the_licence(hub, admin):
    pyarrow_parquet = pytest.importorskip("pyarrow.parquet")
    accepted(admin, *(model(number) for number in range(3)))
    answer = admin.get("/api/v1/registry/registry.parquet")
    table = pyarrow_parquet.read_table(io.BytesIO(answer.content))
    assert table.num_rows == 3
    assert table.schema.metadata[b"licence"] == b"CC-BY-4.0"


def test_without_the_extra_a_download_as_parquet_is_refused_by_name(hub, admin, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)  # as where it is not installed
    answer = admin.get("/api/v1/registry/registry.parquet")
    assert (answer.status_code, "lacks the extra 'parquet'" in answer.text) == (415, True)


@pytest.mark.parametrize(
    "path",
    ["registry.csv", "registry.parquet", "feed.atom", "models/model-0001/badge.svg", "models"],
)
def test_what_has_not_changed_is_not_sent_again(hub, admin, path):
    accepted(admin, model(1))
    first = admin.get(f"/api/v1/registry/{path}")
    tag = {"if-none-match": first.headers["etag"]}
    assert admin.get(f"/api/v1/registry/{path}", headers=tag).status_code == 304
    hub.wall_clock_s.now_s += 1
    accepted(admin, model(2))
    again = admin.get(f"/api/v1/registry/{path}", headers=tag)
    assert again.status_code == (304 if "badge" in path else 200)


def test_a_feed_is_xml_whatever_models_are_called(hub, admin):
    accepted(admin, model(1, name="<script>&]]>", publisher="x"))
    feed = ElementTree.fromstring(admin.get("/api/v1/registry/feed.atom").text)
    title = feed.find("{*}entry/{*}title")
    assert title is not None
    assert title.text == "<script>&]]> 1.0"


def test_a_feed_s_links_are_whole_and_keep_the_organisation(hub, admin):
    accepted(admin, model(1))
    feed = ElementTree.fromstring(admin.get("/api/v1/registry/feed.atom?organisation=acme").text)
    links = {link.get("rel"): link.get("href") for link in feed.findall("{*}link")}
    own = "http://hub/api/v1/registry/feed.atom?organisation=acme"
    assert links == {"alternate": "http://hub/models", "self": own}
    entry = feed.find("{*}entry/{*}link")
    assert entry is not None
    assert entry.get("href") == "http://hub/models/model-0001"


@pytest.mark.parametrize(
    ("work", "word"),
    [
        (footprint(method="measured", energy=230, energy_unit="kWh", energy_at="it"), "measured"),
        (footprint(emissions=None, emissions_unit=None), "estimated"),
        (footprint(method="given"), "reported"),
    ],
)
def test_a_badge_says_what_its_figure_rests_on(hub, admin, work, word):
    accepted(admin, model(1, work=work))
    answer = admin.get(f"{MODELS}/model-0001/badge.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    svg = ElementTree.fromstring(answer.text)
    title = svg.find("{*}title")
    assert title is not None
    assert title.text == f"Carbon footprint, {word}: 14.7 kg CO2e"


def test_a_citation_is_no_command_of_tex(hub, admin):
    accepted(admin, model(1, name=r"a_b\input{x}", publisher="50% & Sons"))
    text = admin.get(f"{MODELS}/model-0001/citation.bib").text
    assert r"a\_b\textbackslash{}input\{x\}" in text
    assert r"50\% \& Sons" in text
    assert "14.7 kg CO2e" in admin.get(f"{MODELS}/model-0001/citation.txt").text
