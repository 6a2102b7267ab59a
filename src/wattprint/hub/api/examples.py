"""Examples of the API's description: bodies that the hub takes as they stand."""

RECORD = {
    "schema": "wattprint.run/1",
    "id": "20260316-080000-0005eed01",
    "project": "ranker",
    "name": "baseline",
    "started_at": "2026-03-16T08:00:00.000Z",
    "stage": "pretrain",
    "outcome": "completed",
    "duration_s": 3600.0,
    "exit_code": 0,
    "place": {"zone": "FR", "pue": 1.2},
    "devices": [
        {
            "device_id": "rapl:package-0",
            "component": "cpu",
            "name": "package-0",
            "method": "measured",
            "low_ratio": 0.95,
            "high_ratio": 1.05,
            "source": "khan_2018",
        }
    ],
    "intervals": [
        {"start_s": 0.0, "end_s": 3600.0, "energy_uj": [432_000_000_000], "activity": [None]}
    ],
}
"""120 W for an hour."""
RUNS_BODY = {"runs": [{"record": RECORD}]}
INTERVALS_BODY = {
    "project": "ranker",
    "intervals": [
        {
            "run": "20260316-080000-0005eed01",
            "device": "rapl:package-0",
            "start_ms": 1_773_648_000_000,
            "end_ms": 1_773_648_010_000,
            "energy_uj": 1_200_000_000,
        }
    ],
}
