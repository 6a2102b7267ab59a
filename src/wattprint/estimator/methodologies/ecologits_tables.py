"""What EcoLogits knows of models, countries and providers, by release."""

from functools import lru_cache

from wattprint.domain.errors import UnknownNameError, nearest_names
from wattprint.estimator.methodologies.ecologits import Mix, Model, Site, Span
from wattprint.factors.tables import Row, optional_float, shipped

DEFAULT_ZONE = "WOR"
"""The world, where a provider's place is not known."""


@lru_cache(maxsize=1)
def _models() -> dict[tuple[str, str, str], Row]:
    rows = shipped().rows("ecologits_models")
    return {(row["version"], row["provider"], row["model"]): row for row in rows}


@lru_cache(maxsize=1)
def _mixes() -> dict[tuple[str, str], Row]:
    return {(row["version"], row["zone"]): row for row in shipped().rows("ecologits_mixes")}


@lru_cache(maxsize=1)
def _providers() -> dict[tuple[str, str], Row]:
    return {(row["kind"], row["provider"]): row for row in shipped().rows("ecologits_providers")}


def known_model(provider: str, name: str, *, release: str = "0.11.3") -> Model:
    """Return a model as EcoLogits lists it.

    Raises:
        UnknownNameError: No such model of that provider; `nearest` holds the closest.
    """
    row = _models().get((release, provider, name))
    if row is None:
        names = [m for r, p, m in _models() if (r, p) == (release, provider)]
        raise UnknownNameError(
            f"model {name!r} of {provider!r} is unknown to EcoLogits {release}",
            "expected the name that the provider gives it",
            nearest_names(name, names),
        )
    return Model(
        Span(float(row["active_min_b"]), float(row["active_max_b"])),
        Span(float(row["total_min_b"]), float(row["total_max_b"])),
        optional_float(row["tokens_per_s"]),
        optional_float(row["first_token_s"]),
    )


def known_mix(zone: str, *, release: str = "0.11.3") -> Mix:
    """Return the electricity of a country by its ISO 3166-1 alpha-3 code.

    Raises:
        UnknownNameError: No such country.
    """
    row = _mixes().get((release, zone))
    if row is None:
        zones = [z for r, z in _mixes() if r == release]
        raise UnknownNameError(
            f"country {zone!r} is unknown to EcoLogits {release}",
            "expected a code such as 'FRA' or 'WOR' for the world",
            nearest_names(zone, zones),
        )
    return Mix(
        float(row["gwp_kg_per_kwh"]),
        float(row["adpe_kg_sb_per_kwh"]),
        float(row["pe_mj_per_kwh"]),
        float(row["water_l_per_kwh"]),
    )


def known_site(provider: str, *, kind: str = "llm") -> tuple[str, Site]:
    """Return the country and the data centres of a provider of language or video models.

    Raises:
        UnknownNameError: No such provider.
    """
    row = _providers().get((kind, provider))
    if row is None:
        names = [p for k, p in _providers() if k == kind]
        raise UnknownNameError(
            f"provider {provider!r} is unknown to EcoLogits",
            "expected one of " + ", ".join(names),
            nearest_names(provider, names),
        )
    site = Site(
        Span(float(row["pue_low"]), float(row["pue_high"])),
        Span(float(row["wue_low_l_per_kwh"]), float(row["wue_high_l_per_kwh"])),
    )
    return row["zone"], site
