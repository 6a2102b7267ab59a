"""A JSON document is cut into its elements without holding more than one of them."""

import json

import pytest

from wattprint.joblogs import json_elements
from wattprint.joblogs.json_elements import JsonElements


def elements(folder, text):
    path = folder / "document.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    document = JsonElements(path)
    try:
        return [(element.text.decode() or element.fault) for element in document]
    finally:
        document.close()


@pytest.mark.parametrize(
    "text",
    ['[{"a":"}]\\""}, {"b":[{"c":1}]}]',
     '{"x":{"items":[1]},"items":[{"a":"}]\\""},{"b":[{"c":1}]}],"kind":"List"}',
     '{"status":"ok","data":{"resultType":"m","result": [{"a":"}]\\""},{"b":[{"c":1}]}]}}',
     '{"a":"}]\\""}\n{"b":[{"c":1}]}\n'],
    ids=["list", "items", "result", "objects"],
)  # fmt: skip
def test_elements_are_found_wherever_they_stand(text, tmp_path):
    assert elements(tmp_path, text) == ['{"a":"}]\\""}', '{"b":[{"c":1}]}']


def test_elements_are_the_same_wherever_blocks_end(tmp_path, monkeypatch):
    document = {"items": [{"n": i, "text": 'e"\\{[' * i} for i in range(40)]}
    text = json.dumps(document, indent=2).encode()
    monkeypatch.setattr("wattprint.joblogs.text_source._BLOCK", 7)
    found = [json.loads(element) for element in elements(tmp_path, text)]
    assert found == document["items"]


def test_an_element_that_is_too_long_is_named_and_dropped(tmp_path):
    half = "x" * (json_elements.LONGEST_ELEMENT_BYTES * 2 // 3)
    found = elements(tmp_path, json.dumps([{"a": half, "b": half}, {"c": 1}]))
    assert found == ["element of 1333350 bytes; expected 1000000 bytes at most", '{"c": 1}']


@pytest.mark.parametrize(
    ("text", "fault"),
    [("[" * 5000, "line 1: nested deeper than 100 levels; expected JSON"),
     ('{"a":1}}', "line 1: '}' has no beginning; expected JSON"),
     ('\n{"a":"b', "line 2: a string has no end; expected JSON"),
     ('[{"a":1}, {"b":', "JSON breaks off; expected all of the document")],
    ids=["deep", "closed", "open string", "cut"],
)  # fmt: skip
def test_what_is_broken_is_named(text, fault, tmp_path):
    assert elements(tmp_path, text)[-1] == fault


def test_objects_after_a_broken_one_are_read(tmp_path):
    found = elements(tmp_path, '{"a":1}\n{"b":]}\n{"c":3}\n')
    assert found == ['{"a":1}', "line 2: ']' has no beginning; expected JSON", '{"c":3}']
