"""The folder that `wattprint account` leaves of two jobs, for tests of what is made of it."""

from click.testing import CliRunner

from wattprint.cli.account import account

LOG = (
    "JobID|User|Account|Partition|State|Start|End|ElapsedRaw|NCPUS|TotalCPU|ReqMem|AllocTRES|"
    "ConsumedEnergyRaw\n"
    "1|ann|vision|gpu|COMPLETED|2024-01-01T00:00:00|2024-01-01T01:00:00|3600|8|08:00:00|16G|"
    "cpu=8,gres/gpu:a100=2|\n"
    "2|ben|speech|cpu|FAILED|2024-01-02T00:00:00|2024-01-02T10:00:00|36000|8|40:00:00|16G|"
    "cpu=8|14400000\n"
)
SITE = (
    "{place}"
    '[partitions.gpu]\naccelerator = "A100 SXM4 80GB"\naccelerators_per_node = 8\n'
    '[projects]\nspeech = "assistants"\n'
    '[teams]\nspeech = "the talkers"\n'
)


def accounted(folder, place='zone = "DE"\npue = 1.3\n'):
    """Account for two jobs: one modelled, one metered by its scheduler at the wall."""
    (folder / "sacct.txt").write_text(LOG)
    (folder / "site.toml").write_text(SITE.format(place=place))
    asked = ["account", str(folder / "sacct.txt"), "--site", str(folder / "site.toml")]
    done = CliRunner().invoke(account, [*asked[1:], "--out", str(folder / "out")])
    assert done.exit_code == 0, done.output
    return folder / "out"
