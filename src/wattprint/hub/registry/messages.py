"""What a submission to the registry may say, checked field by field."""

from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    field_validator,
    model_validator,
)

_LINE = r"^[^\x00-\x1f\x7f\u2028\u2029]*$"
_NAME = r"^[^\x00-\x1f\x7f\u2028\u2029]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f\u2028\u2029]*$"
_TEXT = r"^[^\x00-\x08\x0b-\x1f\x7f]*$"
LONGEST_DOUBT = 500
ModelId = Annotated[
    str, Field(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
]
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=_NAME)]
Line = Annotated[str, Field(max_length=200, pattern=_LINE)]
Text = Annotated[str, Field(max_length=2000, pattern=_TEXT)]
Link = Annotated[str, Field(max_length=500, pattern=_LINE)]
Doubt = Annotated[str, Field(min_length=1, max_length=LONGEST_DOUBT, pattern=_LINE)]
Year = Annotated[int, Field(ge=1990, le=2100)]

GRAMS = {"g": 1.0, "kg": 1e3, "t": 1e6}
"""Units in which emissions are reported. [g]"""
KWH = {"Wh": 1e-3, "kWh": 1.0, "MWh": 1e3, "GWh": 1e6}
"""Units in which energy is reported. [kWh]"""
METHODS = ("measured", "modelled", "assumed", "given")
STAGES = ("data", "search", "pretrain", "finetune", "evaluate", "inference")
LARGEST_G = 1e12
"""1 Mt CO2e of a model: a hundred times the largest training that is known; fits a BIGINT in ug,
and so does a sum of nine. [g]"""
LARGEST_KWH = 1e11
"""100 TWh of a model, as 3.6e17 J within a BIGINT. [kWh]"""
AT_MOST = "expected at most 1 Mt CO2e and 100 TWh"
LARGEST_SCORE = 1e12
MOST_FOOTPRINTS, MOST_SCORES, MOST_LINKS, MOST_DOUBTS = 10, 30, 10, 10


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class ScoreSaid(_Said):
    """How well a model does."""

    metric: Name
    value: Annotated[float, Field(ge=-LARGEST_SCORE, le=LARGEST_SCORE)]
    higher_is_better: bool = True
    dataset: Line = ""
    """Of the evaluation, where it is another than the model's."""


class FootprintSaid(_Said):
    """One piece of work on a model, and what it is said to have used."""

    stage: Literal["data", "search", "pretrain", "finetune", "evaluate", "inference"] | None = None
    method: Literal["measured", "modelled", "assumed", "given"] = "given"
    emissions: Annotated[float, Field(ge=0)] | None = None
    emissions_low: Annotated[float, Field(ge=0)] | None = None
    emissions_high: Annotated[float, Field(ge=0)] | None = None
    emissions_unit: Literal["g", "kg", "t"] | None = None
    energy: Annotated[float, Field(ge=0)] | None = None
    energy_unit: Literal["Wh", "kWh", "MWh", "GWh"] | None = None
    energy_at: Literal["accelerator", "chips", "it", "facility"] | None = None
    hardware: Line | None = None
    count: Annotated[int, Field(ge=1, le=10_000_000)] | None = None
    hours: Annotated[float, Field(gt=0, le=900_000)] | None = None
    device_hours: Annotated[float, Field(gt=0, le=1e12)] | None = None
    power_w: Annotated[float, Field(gt=0, le=1e6)] | None = None
    """Mean power of one device, instead of its full one. [W]"""
    zone: Line | None = None
    region: Line | None = None
    intensity_g_per_kwh: Annotated[float, Field(ge=0, le=10_000)] | None = None
    pue: Annotated[float, Field(ge=1, le=10)] | None = None
    year: Year | None = None
    source: Link | None = None
    """Where this is published."""
    doubts: Annotated[list[Doubt], Field(max_length=MOST_DOUBTS)] = []
    """What whoever read the figures, a program most often, thinks odd about them."""

    @field_validator("source")
    @classmethod
    def _is_address(cls, link: str | None) -> str | None:
        return None if link is None else checked_link(link)

    @model_validator(mode="after")
    def _has_units(self) -> "FootprintSaid":
        """Refuse figures without a unit: none is assumed."""
        for name, units in (("emissions", GRAMS), ("energy", KWH)):
            if getattr(self, name) is not None and getattr(self, f"{name}_unit") is None:
                raise ValueError(f"expected {name}_unit: {', '.join(units)}")
        largest_g = max(self.reported_g or 0, self.in_grams(self.emissions_high) or 0)
        if largest_g > LARGEST_G or (self.reported_kwh or 0) > LARGEST_KWH:
            raise ValueError(AT_MOST)
        low, high = self.emissions_low, self.emissions_high
        bounds = [bound for bound in (low, self.emissions, high) if bound is not None]
        if bounds != sorted(bounds) or (self.emissions is None and len(bounds) > 0):
            raise ValueError("expected emissions_low <= emissions <= emissions_high")
        return self

    @property
    def reported_g(self) -> float | None:
        """Emissions as reported, in grams [g]."""
        return self.in_grams(self.emissions)

    def in_grams(self, amount: float | None) -> float | None:
        """Return an amount of the reported unit in grams [g]."""
        return None if amount is None else amount * GRAMS[self.emissions_unit or "g"]

    @property
    def reported_kwh(self) -> float | None:
        """Energy as reported [kWh]."""
        return None if self.energy is None else self.energy * KWH[self.energy_unit or "kWh"]


class Submission(_Said):
    """A model and what it took to make it."""

    id: Annotated[ModelId, Field(description="Made by the client: the same again changes nothing")]
    name: Name
    version: Line = ""
    task: Line = ""
    dataset: Line = ""
    licence: Line = ""
    publisher: Line = ""
    year: Year | None = None
    links: Annotated[list[Link], Field(max_length=MOST_LINKS)] = []
    note: Text = ""
    scores: Annotated[list[ScoreSaid], Field(max_length=MOST_SCORES)] = []
    footprints: Annotated[list[FootprintSaid], Field(min_length=1, max_length=MOST_FOOTPRINTS)]

    @field_validator("links")
    @classmethod
    def _are_addresses(cls, links: list[str]) -> list[str]:
        return [checked_link(link) for link in links]


EXAMPLE: dict[str, Any] = {
    "id": "3f1d2c9a77b04e51",
    "name": "made-up/ranker-small",
    "version": "1.0",
    "task": "text-ranking",
    "dataset": "made-up-queries",
    "publisher": "Made-up Lab",
    "licence": "Apache-2.0",
    "year": 2024,
    "links": ["https://example.org/ranker-small"],
    "scores": [{"metric": "ndcg@10", "value": 0.412}],
    "footprints": [
        {
            "stage": "pretrain",
            "method": "modelled",
            "emissions": 14.7,
            "emissions_unit": "kg",
            "hardware": "A100 SXM4 80GB",
            "count": 8,
            "hours": 72,
            "zone": "FR",
            "pue": 1.2,
            "year": 2023,
        }
    ],
}
"""8 x 0.4 kW x 72 h x 1.2 = 276.48 kWh, x 53.26 g/kWh = 14.7 kg."""
_SUBMISSION: TypeAdapter[Submission] = TypeAdapter(Submission)
_MODEL_ID: TypeAdapter[str] = TypeAdapter(ModelId)


def checked_link(link: str) -> str:
    """Return an address that a page may link to.

    Raises:
        ValueError: Any other: a script, a file, one with a password.
    """
    try:
        parts = urlsplit(link)
        is_web = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_web = False
    if not is_web or "@" in parts.netloc or not link.isprintable() or " " in link:
        raise ValueError("expected an address such as https://example.org/model")
    return link


def read_submission(sent: Any) -> Submission:
    """Return a submission of a decoded JSON document.

    Raises:
        ValidationError: Something in it is refused.
    """
    return _SUBMISSION.validate_python(sent)


def is_model_id(said: Any) -> bool:
    """Whether something is a text that a model may be called by."""
    try:
        _MODEL_ID.validate_python(said, strict=True)
    except ValidationError:
        return False
    return True


def faults_of(error: ValidationError, base: str = "") -> list[dict[str, str]]:
    """Return what is wrong with a submission, field by field, as JSON pointers."""
    return [
        {
            "pointer": base + "".join(f"/{step}" for step in fault["loc"]),
            "detail": str(fault["msg"]).removeprefix("Value error, "),
        }
        for fault in error.errors(include_url=False, include_input=False, include_context=False)
    ]


def schemas() -> dict[str, Any]:
    """Return the JSON Schemas of submissions, for the API's description."""
    made = Submission.model_json_schema(ref_template="#/components/schemas/{model}")
    parts = made.pop("$defs", {})
    many = {
        "type": "object",
        "required": ["models"],
        "additionalProperties": False,
        "properties": {
            "models": {
                "type": "array",
                "maxItems": 5000,
                # No schema of a row: one that is no `Submission` is refused by itself.
                "items": {"description": "A `Submission`; what is none is refused by itself"},
            }
        },
    }
    return {**parts, "Submission": made, "SubmissionsBatch": many}
