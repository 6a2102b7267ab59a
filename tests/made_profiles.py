"""A node profile made by hand."""

from wattprint.domain.interval import Range
from wattprint.domain.node_profile import Machine, NodeProfile

MACHINE = Machine("AMD EPYC 7742", 2, ("A100", "A100"))
PROFILE = NodeProfile(
    name="bench",
    static_w=Range(40.0, 34.0, 46.0),
    supply_efficiency=Range(0.8, 0.76, 0.84),
    mean_chip_w=160.0,
    mean_wall_w=Range(250.0, 245.0, 255.0),  # (160 + 40) / 0.8
    scatter=0.02,
    least_chip_w=40.0,
    most_chip_w=290.0,
    mean_error=0.015,
    readings=10,
    set_aside=1,
    fitted_at="2026-11-25T12:00:00.000Z",
    source="readings.csv",
    machine=MACHINE,
    chip_meters=("nvml: accelerator", "rapl: cpu"),
)
