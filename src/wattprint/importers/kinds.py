"""Which tool wrote a file: told by what is in it, and by its name where that says more."""

import re

from wattprint.domain.errors import InputError, UnknownNameError, nearest_names
from wattprint.importers.carbontracker import is_carbontracker, parse_carbontracker
from wattprint.importers.codecarbon import is_codecarbon, parse_codecarbon
from wattprint.importers.eco2ai import is_eco2ai, parse_eco2ai
from wattprint.importers.impact_tracker import is_impact_tracker, parse_impact_tracker
from wattprint.importers.mlco2 import is_mlco2, parse_mlco2
from wattprint.importers.model_card import is_model_card, looks_like_card, parse_model_card
from wattprint.importers.reading import Kind
from wattprint.importers.zeus import is_zeus, parse_zeus
from wattprint.joblogs.no_logs import pointer

KINDS = (
    Kind("eco2ai", "eco2AI", is_eco2ai, parse_eco2ai),
    Kind("zeus", "zeus", is_zeus, parse_zeus),
    Kind("codecarbon", "CodeCarbon", is_codecarbon, parse_codecarbon),
    Kind(
        "experiment-impact-tracker",
        "experiment-impact-tracker",
        is_impact_tracker,
        parse_impact_tracker,
    ),
    Kind("carbontracker", "carbontracker", is_carbontracker, parse_carbontracker),
    Kind("model-card", "model card", is_model_card, parse_model_card),
    Kind("mlco2", "ML CO2 Impact", is_mlco2, parse_mlco2),
)
"""In the order in which a file is asked."""

_CLUSTER = (
    ("a cluster's job log", re.compile(r"^.{0,2000}?\bjob_?id(?:raw)?\b", re.IGNORECASE)),
    ("a PBS accounting log", re.compile(r"^\d\d/\d\d/\d{4} \d\d:\d\d:\d\d;[A-Z];")),
    ("an LSF accounting log", re.compile(r'^"JOB_(?:FINISH|NEW|START)"')),
    ("a list of Kubernetes objects", re.compile(r'^\s*\{.{0,2000}?"apiVersion"\s*:', re.DOTALL)),
    ("a Prometheus answer", re.compile(r'^\s*\{.{0,200}?"resultType"\s*:', re.DOTALL)),
    ("a log in the Standard Workload Format", re.compile(r"^\s*;\s*(?:Version|Computer)\s*:")),
    (
        "a cloud bill",
        re.compile(r"^.{0,4000}?(?:lineItem/UsageType|MeterCategory|usage_start_time)"),
    ),
)
"""What `wattprint account` reads."""
_CLUSTER_HEAD = 5000


def kind_named(name: str) -> Kind:
    """Return the kind of this name.

    Raises:
        UnknownNameError: There is none.
    """
    known = {kind.kind: kind for kind in KINDS}
    if name in known:
        return known[name]
    raise UnknownNameError(
        f"kind is {name!r}",
        "expected one of " + ", ".join(sorted(known)),
        nearest_names(name, known, count=1),
    )


def kind_of(name: str, head: str) -> Kind:
    """Return the kind of a file.

    Args:
        name: Its name, without its folder.
        head: Its beginning as text.

    Raises:
        InputError: It is of none; of a cluster's log it is said what reads it, of a pointer what
            fetches the file.
    """
    for kind in KINDS:
        if kind.is_one(name, head):
            return kind
    if looks_like_card(name, head):
        return kind_named("model-card")
    if (stands_for := pointer(head)) is not None:
        raise InputError(f"{name!r} {stands_for.what}", stands_for.instead)
    beginning = head.lstrip("\ufeff")[:_CLUSTER_HEAD]
    for label, pattern in _CLUSTER:
        if pattern.search(beginning):
            raise InputError(f"{name!r} looks like {label}", "`wattprint account` reads it")
    raise InputError(
        f"{name!r} is of no kind that is known",
        "expected --kind, or a file of " + ", ".join(kind.label for kind in KINDS),
    )


def label_of(kind: str) -> str:
    """Return the name of a kind as its makers write it."""
    return next((known.label for known in KINDS if known.kind == kind), kind)
