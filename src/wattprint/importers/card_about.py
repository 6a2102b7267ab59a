"""What a model card says of the model itself: task, licence, dataset, name and scores.

The metadata of the Hugging Face Hub; `model-index` holds scores. Nothing is guessed: what is
missing or malformed is left out.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from wattprint.domain.errors import InputError
from wattprint.importers.card_yaml import _front_matter, _refuse_tricks, _RefusedError
from wattprint.importers.cells import number_in

_LARGEST = 256 * 1024
_LONGEST = 200
_MOST_SCORES = 30
_LOWER_IS_BETTER = ("loss", "perplexity", "wer", "cer", "error", "mse", "rmse", "mae", "fid")


class CardScore(NamedTuple):
    """A score of a card's `model-index`."""

    metric: str
    value: float
    dataset: str
    higher_is_better: bool


class CardAbout(NamedTuple):
    """What a card says of its model; empty where it says nothing."""

    name: str = ""
    task: str = ""
    licence: str = ""
    dataset: str = ""
    scores: tuple[CardScore, ...] = ()


def about_card(text: str) -> CardAbout:
    """Return what a card says of its model.

    Raises:
        InputError: PyYAML is missing.
    """
    said = _loaded(_front_matter(text)[0][:_LARGEST])
    index = _mappings(said.get("model-index"))
    results = [result for model in index for result in _mappings(model.get("results"))]
    task = _text(said.get("pipeline_tag")) or next(
        (found for r in results if (found := _text(_mapping(r.get("task")).get("type")))), ""
    )
    return CardAbout(
        name=next((found for model in index if (found := _text(model.get("name")))), ""),
        task=task,
        licence=_text(said.get("license")),
        dataset=_first(said.get("datasets")),
        scores=tuple(_scores(results))[:_MOST_SCORES],
    )


def _loaded(front: str) -> Mapping[str, Any]:
    try:
        import yaml  # the extra `import`: only cards need it
    except ImportError:
        raise InputError(
            "PyYAML is missing, which reads model cards",
            "expected the extra 'import': pip install 'wattprint[import]'",
        ) from None
    try:
        _refuse_tricks(yaml.parse(front, Loader=yaml.BaseLoader), yaml)
        return _mapping(yaml.load(front, Loader=yaml.BaseLoader))
    except (yaml.YAMLError, _RefusedError, ValueError, RecursionError, TypeError, AttributeError):
        return {}


def _scores(results: list[Mapping[str, Any]]) -> Iterator[CardScore]:
    for result in results:
        dataset = _text(_mapping(result.get("dataset")).get("name"))
        for metric in _mappings(result.get("metrics")):
            name = _text(metric.get("type")) or _text(metric.get("name"))
            found = number_in(_text(metric.get("value")))
            if not name or found is None:
                continue
            try:
                value = float(found[0].replace("_", ""))
            except ValueError:
                continue
            is_cost = any(word in name.casefold() for word in _LOWER_IS_BETTER)
            yield CardScore(name, value, dataset, not is_cost)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _text(value: Any) -> str:
    text = " ".join(value.split()) if isinstance(value, str) else ""
    return text if text.isprintable() and len(text) <= _LONGEST else ""


def _first(value: Any) -> str:
    return _text(value[0]) if isinstance(value, list) and value else _text(value)
