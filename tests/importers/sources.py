"""Small files as other tools write them, made by hand, and their parsers called on them."""

import io

from wattprint.domain.imported import ImportedRecord, RejectedRow
from wattprint.importers.kinds import kind_named
from wattprint.importers.reading import Reading
from wattprint.importers.source import CountedBytes, text_stream

CODECARBON = """\
timestamp,project_name,run_id,duration,emissions,emissions_rate,cpu_power,gpu_power,ram_power,\
cpu_energy,gpu_energy,ram_energy,energy_consumed,country_name,country_iso_code,region,\
cloud_provider,cloud_region,os,python_version,codecarbon_version,cpu_count,cpu_model,gpu_count,\
gpu_model,longitude,latitude,ram_total_size,tracking_mode,on_cloud,pue
2024-05-02T10:00:00,parser,run-1,1800,0.05,2.8e-05,40,300,10,0.02,0.22,0.01,0.25,France,FRA,,,,\
Linux,3.11,2.4.1,16,Intel(R) Xeon(R) CPU,2,2 x NVIDIA A100-SXM4-40GB,,,64,machine,N,1.0
2024-05-02T10:30:00,parser,run-1,3600,0.1,2.8e-05,40,300,10,0.04,0.44,0.02,0.5,France,FRA,,,,\
Linux,3.11,2.4.1,16,Intel(R) Xeon(R) CPU,2,2 x NVIDIA A100-SXM4-40GB,,,64,machine,N,1.0
2024-05-03T09:00:00,parser,run-2,7200,0.4,5.6e-05,40,300,10,0.1,0.85,0.05,1.0,Germany,DEU,bavaria,,,\
Linux,3.11,2.4.1,16,Intel(R) Xeon(R) CPU,,,11.6,48.1,64,machine,N,1.0
"""
ECO2AI = """\
id,project_name,experiment_description,epoch,start_time,duration(s),power_consumption(kWh),\
CO2_emissions(kg),CPU_name,GPU_name,OS,region/country,cost
a1,ranker,first try,"epoch: 1, loss: 0.4, ",2023-03-01 10:00:00,600,0.1,0.04,\
"Intel Xeon/2 device(s), TDP:105","Tesla T4 1 device(s)",Linux,RU/Moscow,N/A
a1,ranker,first try,"epoch: 2, loss: 0.3, ",2023-03-01 10:10:00,600,0.2,0.08,\
"Intel Xeon/2 device(s), TDP:105","Tesla T4 1 device(s)",Linux,RU/Moscow,N/A
"""
ZEUS = """\
start_time,window_name,elapsed_time,gpu0_energy,gpu1_energy
1700000000.0,step,10.0,1800.0,1800.0
1700000010.0,step,10.0,1800.0,1800.0
1700000000.0,epoch,20.5,3600.0,3600.0
1700000030.0,eval,5.0,360.0,360.0
"""
CARBONTRACKER = """\
2023-05-04 12:00:00 - carbontracker version 1.2.5
2023-05-04 12:00:00 - CarbonTracker: The following components were found: \
GPU with device(s) NVIDIA T4. CPU with device(s) cpu:0.
2023-05-04 12:10:00 - CarbonTracker:\x20
Predicted consumption for 100 epoch(s):
\tTime:\t10:00:00
\tEnergy:\t5.000000 kWh
\tCO2eq:\t500.000000 g
2023-05-04 12:20:00 - CarbonTracker: Average carbon intensity during training was 100.00 gCO2/kWh \
at detected location: Copenhagen, Capital Region, DK.
2023-05-04 12:20:00 - CarbonTracker:\x20
Actual consumption for 2 epoch(s):
\tTime:\t0:20:00
\tEnergy:\t0.100000 kWh
\tCO2eq:\t10.000000 g
\tThis is equivalent to:
\t0.093 km travelled by car
"""
IMPACT_TRACKER = """\
{"timestamp": 1600000000.0, "rapl_estimated_attributable_power_draw": 50.0, \
"nvidia_estimated_attributable_power_draw": 150.0, "realtime_carbon_intensity": 400.0}
{"timestamp": 1600001800.0, "rapl_estimated_attributable_power_draw": 50.0, \
"nvidia_estimated_attributable_power_draw": 350.0, "realtime_carbon_intensity": 420.0}
{"timestamp": 1600003600.0, "rapl_power_draw_absolute": 100.0, "nvidia_draw_absolute": 500.0}
"""
CARD = """\
---
license: mit
co2_eq_emissions:
  emissions: 2100
  source: CodeCarbon
  training_type: fine-tuning
  geographical_location: "Lyon, France"
  hardware_used: 4 x A100 80GB
  hours_used: 30
tags:
- text
---
# A model
"""
MLCO2 = r"""
\subsection{CO2 Emission Related to Experiments}

Experiments were conducted using Google Cloud Platform in region europe-west1, which has a carbon
efficiency of 0.27 kgCO$_2$eq/kWh. A cumulative of 100 hours of computation was performed on
hardware of type Tesla V100-SXM2-32GB (TDP of 300W).

Total emissions are estimated to be 8.1 kgCO$_2$eq of which 100 percents were directly offset by
the cloud provider.
"""
SOURCES = {
    "codecarbon": ("emissions.csv", CODECARBON),
    "eco2ai": ("emission.csv", ECO2AI),
    "zeus": ("measure.csv", ZEUS),
    "carbontracker": ("2023-05-04T1200Z_carbontracker_output.log", CARBONTRACKER),
    "experiment-impact-tracker": ("data.json", IMPACT_TRACKER),
    "model-card": ("README.md", CARD),
    "mlco2": ("appendix.tex", MLCO2),
}
"""A name and a text of each kind."""


def rows_of(kind, text, *, name="", keep_location=False):
    """Parse a text, or bytes, and return its rows and what the parser counted."""
    raw = text if isinstance(text, bytes) else text.encode()
    stream, _ = text_stream(CountedBytes(io.BytesIO(raw), is_gzip=False))
    reading = Reading(name, keep_location=keep_location)
    return list(kind_named(kind).parse(stream, reading)), reading


def records(kind, text, **options):
    """Parse a text in which nothing is rejected."""
    rows, _ = rows_of(kind, text, **options)
    assert all(isinstance(row, ImportedRecord) for row in rows), rows
    return rows


def rejected(kind, text, **options):
    """Parse a text, and return what is rejected of it."""
    rows, _ = rows_of(kind, text, **options)
    return [row for row in rows if isinstance(row, RejectedRow)]
