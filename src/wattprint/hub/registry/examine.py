"""A submission examined: its figures beside ours, what is odd about it, and its rows."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from wattprint.domain import units
from wattprint.domain.errors import InputError
from wattprint.domain.units import JOULES_PER_KWH
from wattprint.hub.registry.computed import Computed, computed
from wattprint.hub.registry.facts import claim_of, place_of
from wattprint.hub.registry.messages import (
    AT_MOST,
    LARGEST_G,
    LARGEST_KWH,
    FootprintSaid,
    Submission,
)
from wattprint.hub.registry.plausibility import Finding, findings, has_error

UG_PER_G = 1_000_000
_WEAKEST_FIRST = ("assumed", "given", "modelled", "measured")
_WORD = re.compile(r"\w+")
_MOST_WORDS, _LONGEST_WORD = 80, 60
FACET = "!"
"""Begins words that no search finds, only a filter: "!zone:FR"."""
Range3 = tuple[int | None, int | None, int | None]


class Piece(NamedTuple):
    """One piece of work: as said, as we compute it, as it is shown."""

    said: FootprintSaid
    computed: Computed
    method: str
    energy_j: Range3
    location_ug: Range3
    origin: str
    """`reported` or `computed`: whose the emissions are that are shown."""


class Examined(NamedTuple):
    """A submission and all that is known of it."""

    submission: Submission
    pieces: tuple[Piece, ...]
    findings: tuple[Finding, ...]

    @property
    def is_refused(self) -> bool:
        """Whether an error keeps it out."""
        return has_error(self.findings)


def examined(submission: Submission, *, like_it: Sequence[str], this_year: int) -> Examined:
    """Examine a submission.

    Args:
        submission: What is said.
        like_it: Ids of other models of its name and version.
        this_year: The year that it is.
    """
    found: list[Finding] = []
    pieces = []
    for number, said in enumerate(submission.footprints):
        claim, wrong = claim_of(
            said, like_it=tuple(like_it) if not number else (), this_year=this_year
        )
        place = f"/footprints/{number}/"
        of_model = ("name",)
        for finding in (*wrong, *findings(claim), *_nothing(said), *_doubts(said)):
            path = f"/{finding.field}" if finding.field in of_model else place + finding.field
            found.append(finding._replace(field=path))
        piece = _piece(said)
        found += _too_much(place + _amount_of(said), [piece.energy_j, *_masses(piece)])
        pieces.append(piece)
    if not has_error(found):
        found += _too_much("/footprints", _sums(pieces))
    return Examined(submission, tuple(pieces), tuple(found))


def _nothing(said: FootprintSaid) -> Iterable[Finding]:
    """Refuse a piece of work of which nothing can be told."""
    has_hours = said.hours is not None or said.device_hours is not None
    is_told = said.emissions is not None or said.energy is not None
    if not is_told and not (has_hours and (said.hardware or said.power_w)):
        yield Finding(
            "error",
            "nothing",
            "emissions",
            "neither emissions nor energy nor hardware and hours are said",
            "",
            "where, on which hardware and for how long is enough for an estimate",
        )


def _too_much(field: str, figures: Iterable[Range3]) -> Iterable[Finding]:
    """Refuse energy, then emissions, of more than a column holds: each is said or computed."""
    energy_j, *masses_ug = (max((n for n in figure if n), default=0) for figure in figures)
    if energy_j > LARGEST_KWH * JOULES_PER_KWH or max(masses_ug) > LARGEST_G * UG_PER_G:
        kwh, grams = energy_j / JOULES_PER_KWH, max(masses_ug) / UG_PER_G
        comes_to = f"{units.energy(kwh)} and {units.mass(grams)} CO2e, with their ranges"
        yield Finding(
            "error", "too_much", field, f"this comes to {comes_to}; more than is kept", "", AT_MOST
        )


def _amount_of(said: FootprintSaid) -> str:
    """Return the field that a figure of ours grows with."""
    for name in ("energy", "device_hours", "hours"):
        if getattr(said, name) is not None:
            return name
    return "emissions"


def _masses(piece: Piece) -> tuple[Range3, Range3]:
    """Return the emissions that are shown, and those that we compute."""
    return piece.location_ug, piece.computed.location_ug or (None, None, None)


def _sums(pieces: Sequence[Piece]) -> tuple[Range3, Range3, Range3]:
    """Return energy, emissions and our own emissions of a model."""
    return (
        added(piece.energy_j for piece in pieces),
        added(piece.location_ug for piece in pieces),
        added(piece.computed.location_ug or (None, None, None) for piece in pieces),
    )


def _doubts(said: FootprintSaid) -> Iterable[Finding]:
    """Tell the reviewer what whoever read the figures thinks odd about them."""
    for doubt in said.doubts:
        yield Finding("warning", "doubt", "emissions", doubt)


def _piece(said: FootprintSaid) -> Piece:
    ours = computed(said)
    energy: Range3 = ours.energy_j or (None, None, None)
    if said.reported_kwh is not None and ours.energy_j is None:
        joules = round(said.reported_kwh * JOULES_PER_KWH)
        energy = (joules, None, None)
    reported_g = said.reported_g
    if reported_g is not None:
        low, high = said.in_grams(said.emissions_low), said.in_grams(said.emissions_high)
        return Piece(
            said, ours, said.method, energy, (_ug(reported_g), _ug(low), _ug(high)), "reported"
        )
    is_by_energy = said.reported_kwh is not None
    method = said.method if is_by_energy else "modelled"
    return Piece(said, ours, method, energy, ours.location_ug or (None, None, None), "computed")


def _ug(grams: float | None) -> int | None:
    return None if grams is None else round(grams * UG_PER_G)


def added(ranges: Iterable[Range3]) -> Range3:
    """Add up ranges, half-widths and all; unknown where a part is unknown.

    >>> added([(10, 7, 13), (20, 16, 24)]), added([(10, 7, 13), (20, None, None)])
    ((30, 23, 37), (30, None, None))
    """
    parts = tuple(ranges)
    values = [_total(part[i] for part in parts) for i in range(3)]
    return values[0], values[1], values[2]


def _total(parts: Iterable[int | None]) -> int | None:
    known = list(parts)
    return None if None in known else sum(part for part in known if part is not None)


def key(text: str) -> str:
    """Return a text as it is looked for: in small letters, blanks single."""
    return " ".join(text.casefold().split())


def words_of(texts: Iterable[str]) -> set[str]:
    """Return the words by which a model is found.

    >>> sorted(words_of(["made-up/LLM-0007", "text ranking"]))
    ['0007', 'llm', 'made', 'ranking', 'text', 'up']
    """
    found = (word[:_LONGEST_WORD] for text in texts for word in _WORD.findall(text.casefold()))
    return set(list(dict.fromkeys(found))[:_MOST_WORDS])


def facet(name: str, value: str) -> str:
    """Return the word of a filter."""
    return f"{FACET}{name}:{value}"


class Rows(NamedTuple):
    """The rows of a submission, by table."""

    model: dict[str, Any]
    footprints: list[dict[str, Any]]
    scores: list[dict[str, Any]]
    words: set[str]


def rows_of(org_id: str, user_id: str, it: Examined, now_ms: int) -> Rows:
    """Return a submission as rows of the tables."""
    said, keys = it.submission, {"org_id": org_id, "model_id": it.submission.id}
    zones = sorted({zone for piece in it.pieces if (zone := zone_of(piece.said))})
    energy, mass, ours = _sums(it.pieces)
    method = min((piece.method for piece in it.pieces), key=_WEAKEST_FIRST.index)
    origin = "reported" if any(p.origin == "reported" for p in it.pieces) else "computed"
    raw = said.model_dump_json(exclude_unset=True)
    model = {
        **keys,
        **{name: getattr(said, name) for name in _TEXTS},
        **{
            f"{name}_key": key(getattr(said, name))
            for name in ("name", "task", "dataset", "publisher")
        },
        "links": json.dumps(said.links),
        "zones": " ".join(zones),
        "year": said.year or max((p.said.year for p in it.pieces if p.said.year), default=None),
        "state": "submitted",
        "submitter": user_id,
        "origin": origin,
        "method": method,
        **dict(zip(("energy_j", "energy_low_j", "energy_high_j"), energy, strict=True)),
        **dict(zip(("location_ug", "location_low_ug", "location_high_ug"), mass, strict=True)),
        "computed_ug": -1 if ours[0] is None else ours[0],
        "warnings": sum(finding.level == "warning" for finding in it.findings),
        "submitted_at_ms": now_ms,
        "changed_at_ms": now_ms,
        "findings": json.dumps([finding._asdict() for finding in it.findings]),
        "raw": raw,
        "raw_sha256": sha256(raw.encode()).hexdigest(),
    }
    footprints = [_footprint(keys, number, piece) for number, piece in enumerate(it.pieces)]
    words = words_of((said.name, said.version, said.task, said.dataset, said.publisher))
    stages = {piece.said.stage for piece in it.pieces} - {None}
    words |= {facet("zone", zone) for zone in zones} | {facet("stage", str(s)) for s in stages}
    words.add(facet("method", method))
    return Rows(model, footprints, _scores(keys, said), words)


_TEXTS = ("name", "version", "task", "dataset", "licence", "publisher", "note")


def zone_of(said: FootprintSaid) -> str | None:
    """Return the zone of a piece of work; None where none is said or known."""
    try:
        return place_of(said.zone or None, said.region or None, said.year).zone
    except InputError:
        return None


def _footprint(keys: Mapping[str, str], number: int, piece: Piece) -> dict[str, Any]:
    ours, said = piece.computed, piece.said
    nothing = (None, None, None)
    energy, mass = ours.energy_j or nothing, ours.location_ug or nothing
    reported_kwh = said.reported_kwh
    return {
        **keys,
        "number": number,
        "stage": said.stage,
        "zone": zone_of(said),
        "method": piece.method,
        "reported_j": None if reported_kwh is None else round(reported_kwh * JOULES_PER_KWH),
        "reported_ug": _ug(said.reported_g),
        **dict(zip(_COMPUTED_J, energy, strict=True)),
        **dict(zip(_COMPUTED_UG, mass, strict=True)),
        "factor_set_version": ours.factor_set_version,
        "said": said.model_dump_json(exclude_unset=True),
        "computed_how": ours.how,
    }


_COMPUTED_J = ("computed_energy_j", "computed_energy_low_j", "computed_energy_high_j")
_COMPUTED_UG = ("computed_location_ug", "computed_location_low_ug", "computed_location_high_ug")


def _scores(keys: Mapping[str, str], said: Submission) -> list[dict[str, Any]]:
    return [
        {
            **keys,
            "number": number,
            "metric": score.metric,
            "metric_key": key(score.metric),
            "dataset": score.dataset or said.dataset,
            "dataset_key": key(score.dataset or said.dataset),
            "said": repr(score.value),
            "score_millionths": round(score.value * 1_000_000),
            "higher_is_better": int(score.higher_is_better),
        }
        for number, score in enumerate(said.scores)
    ]
