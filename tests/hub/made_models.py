"""Models as they are submitted, with figures that fit: 8 A100 for 72 h in France in 2023.

8 x 0.4 kW x 72 h = 230.4 kWh, x PUE 1.2 = 276.48 kWh, x 53.26 g/kWh = 14.73 kg.
"""

from wattprint.hub.registry.settings import RegistrySettings, set_settings


def footprint(**changes):
    """A piece of work that fits; None takes a part away."""
    said = {
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
        **changes,
    }
    return {name: value for name, value in said.items() if value is not None}


def model(number=1, *, work=None, **changes):
    """A submission."""
    return {
        "id": f"model-{number:04}",
        "name": f"made-up/ranker-{number}",
        "version": "1.0",
        "task": "text-ranking",
        "dataset": "made-up-queries",
        "publisher": "Made-up Lab",
        "scores": [{"metric": "ndcg@10", "value": 0.4 + number / 1000}],
        "footprints": [work or footprint()],
        **changes,
    }


def publish(hub, principal, **changes):
    """Publish a registry."""
    settings = RegistrySettings(True, "CC-BY-4.0", "Acme")._replace(**changes)
    set_settings(hub.database, principal, settings, 0)


def accepted(client, *models):
    """Submit models and accept them."""
    answer = client.post("/api/v1/registry/models:batch", json={"models": list(models)})
    assert answer.status_code == 200, answer.text
    ids = [row["id"] for row in answer.json()["rows"]]
    told = client.post(
        "/api/v1/registry/models:review", json={"ids": ids, "decision": "accepted"}
    ).json()["models"]
    assert set(told.values()) == {"accepted"}, answer.text
    return ids
