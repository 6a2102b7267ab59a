"""Small dumps of sacct, whose metered jobs can be reckoned by hand."""

HEAD = (
    "JobID|User|Account|Partition|State|Start|End|Elapsed|NNodes|NCPUS|TotalCPU|ReqMem|MaxRSS|"
    "AllocTRES|ConsumedEnergyRaw"
)
MEASURED_MJ = {"1": 3.6, "2": 10.8}
"""Job -> metered energy: 1 kWh and 3 kWh. [MJ]"""

MEASURED = (
    "1|ann|phys|cpu|COMPLETED|2024-02-10T00:00:00|2024-02-10T10:00:00|10:00:00|1|8||32G|||3600000",
    "2|ben|chem|cpu|FAILED|2024-05-10T00:00:00|2024-05-10T10:00:00|10:00:00|1|8||32G|||10800000",
)
"""1 kWh in February, and 3 kWh in May that were lost."""

MODELLED = (
    "3|ann|phys|cpu|COMPLETED|2024-02-10T00:00:00|2024-02-10T10:00:00|10:00:00|1|8|40:00:00|32G|"
    "8G|cpu=8,mem=32G|",
    "4|ben|phys|gpu|TIMEOUT|2024-05-10T00:00:00|2024-05-10T10:00:00|10:00:00|1|16|40:00:00|64G|"
    "64G|cpu=16,mem=64G,gres/gpu:a100=2|",
)
WAITING = "5|ben|chem|gpu|PENDING|Unknown|Unknown|00:00:00|1|16|00:00:00|64G|||"
BROKEN = "6|ben|chem|gpu|COMPLETED|2024-05-10T00:00:00|2024-05-10T10:00:00|soon|1|16||64G|||"
RUNNING = "7|ann|phys|cpu|RUNNING|2024-01-10T00:00:00|Unknown|10:00:00|1|8|00:00:00|32G||cpu=8|"


def sacct_log(path, *rows):
    """Write a dump of these rows, and return where."""
    path.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    return path
