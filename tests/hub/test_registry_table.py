"""Tables and cards as submissions; 1,400 made-up models into a hub."""

import sys
from pathlib import Path

import pytest

from hub.made import admin_of, client_of, hub_of
from wattprint.domain.errors import InputError
from wattprint.hub.registry.cards import read_card
from wattprint.hub.registry.messages import read_submission
from wattprint.hub.registry.table import csv_lines, read_table, with_id

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))
import make_registry_table

CARD = """---
license: mit
pipeline_tag: translation
datasets: [made-up-pairs]
co2_eq_emissions:
  emissions: "1_230.5"
  source: codecarbon
model-index:
- name: made-up/mt
  results:
  - task: {type: translation}
    dataset: {name: made-up test}
    metrics:
    - {type: bleu, value: 31.5}
    - {type: wer, value: 0.12}
    - {type: chrf, value: high}
---
"""


def test_a_card_gives_name_task_scores_and_its_figure_as_it_stands():
    said = read_submission(read_card(CARD))
    assert (said.name, said.task, said.dataset) == ("made-up/mt", "translation", "made-up-pairs")
    assert [(s.metric, s.value, s.higher_is_better) for s in said.scores] == [
        ("bleu", 31.5, True),
        ("wer", 0.12, False),
    ]
    assert said.footprints[0].reported_g == pytest.approx(1230.5)
    assert "1_230.5" in said.note, "letter for letter"


@pytest.mark.parametrize(
    ("card", "reason"),
    [
        ("", "cannot be taken"),
        ("---\nlicense: mit\n---", "has no co2_eq_emissions"),
        ("---\nco2_eq_emissions: 5\n---", "names no model"),
        ("x" * 1_000_001, "has 1,000,001 letters"),
    ],
)
def test_a_card_that_is_none_is_refused(card, reason):
    with pytest.raises(InputError, match=reason):
        read_card(card)


def test_a_card_cannot_blow_up():
    bomb = "a: &a [x, x]\n" + "".join(f"b{i}: &b{i} [*a, *a]\n" for i in range(9))
    with pytest.raises(InputError, match="names no model"):
        read_card(f"---\n{bomb}co2_eq_emissions: 5\n---")


def test_a_table_reads_what_a_download_wrote():
    rows = [{"name": "=cmd", "note": "@x", "hours": "-1"}]
    text = "".join(csv_lines(("name", "note", "hours"), rows))
    assert "'=cmd,'@x,'-1" in text
    (row,) = read_table(text)
    assert row.said["name"] == "=cmd"
    assert row.said["footprints"] == [{"hours": "-1"}]


@pytest.mark.parametrize(
    ("text", "reason"),
    [("", "no column 'name'"), ("name,name\n", "twice"), ("name,hour\n", "'hour' is unknown")],
)
def test_a_table_without_our_columns_is_refused(text, reason):
    with pytest.raises(InputError, match=reason):
        list(read_table(text))


def test_the_id_of_a_row_follows_from_what_it_says():
    one, same, other = (with_id({"name": name}) for name in ("a", "a", "b"))
    assert one == same
    assert one["id"] != other["id"]
    assert with_id({"name": "a", "id": "own-id-1"})["id"] == "own-id-1"


def test_fourteen_hundred_made_up_models_are_taken_once(database, tmp_path):
    text = make_registry_table.write(tmp_path).read_text("utf-8")
    hub = hub_of(database)
    client = client_of(hub, admin_of(hub))
    path, kind = "/api/v1/registry/models:batch", {"content-type": "text/csv"}
    counts = client.post(path, content=text, headers=kind).json()["counts"]
    assert counts["created"] + counts["refused"] == 1400
    # 2 % have a slip; about two thirds of the slips are refused: 9 to 35 rows.
    assert 5 <= counts["refused"] <= 40
    again = client.post(path, content=text, headers=kind).json()["counts"]
    assert again == {"duplicate": counts["created"], "refused": counts["refused"]}
    page = client.get("/api/v1/registry/models?state=submitted&q=made&limit=1000").json()
    assert len(page["models"]) == 1000
    assert all(found["name"].startswith("made-up/") for found in page["models"])


def test_the_made_up_table_is_the_same_each_time():
    assert make_registry_table.rows(20) == make_registry_table.rows(20)
