"""What can be asked of the calculator, by the names that `wattprint.estimate` takes."""

from typing import Any, NamedTuple

from wattprint.domain.series import BASES, LARGEST_G_PER_KWH
from wattprint.estimator.place import FIRST_YEAR, LARGEST_PUE, LAST_YEAR
from wattprint.estimator.water import LARGEST_L_PER_KWH
from wattprint.estimator.work import ENERGY_BOUNDARIES, LARGEST

TEXT, NUMBER, WHOLE, NUMBER_OR_WORD = "text", "number", "whole", "number or word"
PROVIDER = "provider"


class Field(NamedTuple):
    """One input: its name, what it takes, and what it is."""

    name: str
    kind: str
    meaning: str
    at_least: float = 0.0
    at_most: float = LARGEST
    words: tuple[str, ...] = ()
    """Words that it takes; none for any text."""

    @property
    def option(self) -> str:
        """The option of `wattprint estimate` that is the same."""
        return "--" + self.name.replace("_", "-")

    def as_parameter(self) -> dict[str, Any]:
        """Return its description as a parameter of an address, in OpenAPI's form."""
        bounds = {"minimum": self.at_least, "maximum": self.at_most}
        of_kind: dict[str, dict[str, Any]] = {
            TEXT: {"type": "string", "maxLength": LONGEST, "minLength": 1},
            NUMBER: {"type": "number", **bounds},
            WHOLE: {"type": "integer", **bounds},
            NUMBER_OR_WORD: {
                "anyOf": [{"type": "number", **bounds}, {"enum": list(self.words)}],
            },
        }
        schema = dict(of_kind[self.kind])
        if self.words and self.kind == TEXT:
            schema["enum"] = list(self.words)
        return {"name": self.name, "in": "query", "description": self.meaning, "schema": schema}


LONGEST = 200
"""Letters of a text, no name in the tables is half as long."""

FIELDS = (
    Field("accelerator", TEXT, "Name of the accelerator, in any common spelling"),
    Field("count", WHOLE, "Number of accelerators; 1 unless given", at_least=1),
    Field("hours", NUMBER, "Hours by the clock [h]"),
    Field("utilization", NUMBER, "Mean power of an accelerator over its TDP", at_most=1),
    Field("power_w", NUMBER, "Power of one accelerator, instead of its TDP [W]"),
    Field("cpu", TEXT, "Model name of the CPU"),
    Field("cpu_count", WHOLE, "Number of CPU packages; 1 unless given", at_least=1),
    Field("cpu_utilization", NUMBER, "Mean power of a CPU over its TDP", at_most=1),
    Field("memory_gb", NUMBER, "Main memory [GB]"),
    Field("host", TEXT, "Class of the machine around the chips; `none` adds nothing"),
    Field("hosts", NUMBER, "Machines, or the share of one that the work had"),
    Field("vcpus", NUMBER, "vCPUs of a `cloud-vm`"),
    Field("instance", TEXT, "Cloud instance, such as 'aws/p4d.24xlarge'"),
    Field("energy_kwh", NUMBER, "Measured energy, instead of power and hours [kWh]"),
    Field("energy_at", TEXT, "Where it was measured", words=ENERGY_BOUNDARIES),
    Field("repeats", NUMBER, "How many times the work was done", at_least=1),
    Field("storage_tb_hours", NUMBER, "Data kept outside the machine: terabytes times hours"),
    Field("network_gb", NUMBER, "Data moved over the network [GB]"),
    Field("region", TEXT, "Cloud region, such as 'gcp/europe-west1'"),
    Field("zone", TEXT, "Country, state or grid zone: 'FR', 'Germany', 'US-CA'"),
    Field("intensity", NUMBER, "Carbon intensity [gCO2e/kWh]", at_most=LARGEST_G_PER_KWH),
    Field("year", WHOLE, "Year of the work", at_least=FIRST_YEAR, at_most=LAST_YEAR),
    Field("basis", TEXT, "Basis of the intensity", words=BASES),
    Field(
        "pue",
        NUMBER_OR_WORD,
        "Facility over IT energy, or 'provider' for what the region's provider publishes",
        at_least=1,
        at_most=LARGEST_PUE,
        words=(PROVIDER, "none"),
    ),
    Field(
        "wue",
        NUMBER_OR_WORD,
        "Water at the site [L per kWh of IT energy], or 'provider'",
        at_most=LARGEST_L_PER_KWH,
        words=(PROVIDER,),
    ),
)
BY_NAME = {field.name: field for field in FIELDS}
FACTORS = "factors"
"""The parameter that names the factor set of a link."""
NEUTRAL = {"host": "none", "pue": "none"}
"""Words that say as much as nothing."""
