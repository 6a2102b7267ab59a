"""`wattprint doctor`: a report on any machine, for people and for programs."""

import json
import os
import pty
import re
import select
import subprocess

import pytest

from docs.pages import DOCS, text_of
from fake_nvml import FakeGpu, FakeNvml, NoCompilerError, build, steady
from processes import DROP_TO_NOBODY, WATTPRINT, environment, folder_open_to_all, python

NO_GPU = {"WATTPRINT_NVML_LIBRARY": "/nowhere/libnvidia-ml.so.1"}


def zone(root, *, energy="5\n", name="package-0\n"):
    folder = root / "intel-rapl:0"
    folder.mkdir(parents=True)
    (folder / "name").write_text(name)
    (folder / "energy_uj").write_text(energy)
    (folder / "max_energy_range_uj").write_text("262143328850\n")
    return folder


def family(report, name):
    return next(one for one in report["families"] if one["family"] == name)


def asked(done):
    """The report of a doctor that was asked for JSON."""
    assert (done.returncode, done.stderr) == (0, ""), done
    return json.loads(done.stdout)


def test_a_readable_counter_is_measured(wattprint, tmp_path):
    zone(tmp_path / "powercap")
    report = asked(wattprint("doctor", "--json", WATTPRINT_POWERCAP=str(tmp_path / "powercap")))
    (package,) = family(report, "rapl")["devices"]
    assert (package["method"], package["power_w"]) == ("measured", 0.0)
    assert report["verdict"].startswith("CPU is measured within 5 %; memory is modelled")


LOADED_BEFORE = """
import ctypes, importlib.metadata
import wattprint.cli.doctor
importlib.metadata.requires("wattprint")
"""
"""As in tests/processes.py: the interpreter's own folder may be root's."""


def test_a_counter_of_root_alone_comes_with_the_commands_that_open_it():
    with folder_open_to_all() as folder:
        (zone(folder / "powercap") / "energy_uj").chmod(0o400)
        powercap = str(folder / "powercap")
        folder.chmod(0o777)  # the ledger would be made in it
        script = f"{LOADED_BEFORE}{DROP_TO_NOBODY}wattprint.cli.main.main(['doctor'])"
        done = python(script, home=folder, WATTPRINT_POWERCAP=powercap, **NO_GPU)
    assert (done.returncode, done.stderr) == (0, "")
    assert "readable by root only" in done.stdout
    assert f"sudo chmod a+r {powercap}/intel-rapl*:*/energy_uj\n" in done.stdout
    assert re.search(
        r"^cpu  +modelled .* with RAPL readable: within 5 %$", done.stdout, re.MULTILINE
    )
    assert "\nNext: apply the remedy for rapl" in done.stdout


@pytest.mark.parametrize(
    "broken",
    [
        lambda root: zone(root, energy="garbage\n"),
        lambda root: zone(root, energy=""),
        lambda root: (zone(root) / "name").unlink(),
        lambda root: (zone(root) / "energy_uj").unlink(),
        lambda root: (zone(root, name="") / "max_energy_range_uj").unlink(),
        lambda root: root.write_text("a file"),
        lambda root: root.mkdir(),
        lambda root: root.symlink_to(root),
    ],
    ids=["garbage", "empty", "no name", "no counter", "no range", "a file", "no zone", "a loop"],
)
@pytest.mark.parametrize("proc", ["/proc", "/nowhere"], ids=["proc", "no proc"])
def test_a_broken_machine_is_reported_on_all_the_same(wattprint, tmp_path, broken, proc):
    broken(tmp_path / "powercap")
    powercap = str(tmp_path / "powercap")
    done = wattprint("doctor", WATTPRINT_POWERCAP=powercap, WATTPRINT_PROC=proc, **NO_GPU)
    assert (done.returncode, done.stderr) == (0, "")
    verdict, step = done.stdout.splitlines()[-2:]
    assert verdict.endswith("no accelerator found.")
    assert step.startswith("Next: ")


def test_of_a_guest_it_counts_vcpus_and_not_machines(wattprint, tmp_path):
    threads = "processor : 0\nflags : hypervisor\n\nprocessor : 1\nflags : hypervisor\n"
    (tmp_path / "cpuinfo").write_text(threads)
    done = wattprint("doctor", WATTPRINT_PROC=str(tmp_path), **NO_GPU)
    assert "around chips  2 vCPU x cloud-vm: a hypervisor runs below" in done.stdout


@pytest.fixture(scope="session")
def nvml_build(tmp_path_factory):
    try:
        return build(tmp_path_factory.mktemp("nvml"))
    except NoCompilerError as error:
        pytest.skip(str(error))


def test_gpus_are_read_and_hidden_ones_named(wattprint, nvml_build, tmp_path):
    gpus = [FakeGpu(f"GPU-{letter}", steady(300.0)) for letter in "abc"]
    fake = FakeNvml(nvml_build, tmp_path / "fake", gpus, starts_at_s=0.0)
    variables = {"WATTPRINT_NVML_LIBRARY": fake.library, "CUDA_VISIBLE_DEVICES": "1"}
    report = asked(wattprint("doctor", "--json", **variables))
    (gpu,) = family(report, "nvml")["devices"]
    assert (gpu["id"], gpu["accuracy"]) == ("nvml:GPU-b", "within 5 %")
    assert gpu["power_w"] == pytest.approx(300.0, rel=0.01)  # counters count whole mJ
    assert [hidden["id"] for hidden in report["accelerators"]["hidden"]] == ["GPU-a", "GPU-c"]
    assert report["verdict"].endswith("; 1 accelerator is measured within 5 %.")


def test_where_all_gpus_are_hidden_the_way_to_show_them_is_said(wattprint, nvml_build, tmp_path):
    fake = FakeNvml(nvml_build, tmp_path / "fake", [FakeGpu("GPU-a", steady(300.0))])
    variables = {"WATTPRINT_NVML_LIBRARY": fake.library, "CUDA_VISIBLE_DEVICES": ""}
    done = wattprint("doctor", **variables)
    assert "; 1 accelerator is hidden.\n" in done.stdout
    assert "unset CUDA_VISIBLE_DEVICES" in done.stdout


def keys(document):
    """Every key of a document, at any depth; factor sets and extras are named elsewhere."""
    if isinstance(document, list):
        return set().union(*map(keys, document))
    if not isinstance(document, dict):
        return set()
    inside = (part for name, part in document.items() if name != "extras")
    return set(document) | set().union(*map(keys, inside))


def test_every_key_of_the_report_is_on_its_page(wattprint, nvml_build, tmp_path):
    fake = FakeNvml(nvml_build, tmp_path / "fake", [FakeGpu(f"GPU-{i}", steady(1.0)) for i in "ab"])
    variables = {"WATTPRINT_NVML_LIBRARY": fake.library, "CUDA_VISIBLE_DEVICES": "0"}
    report = asked(wattprint("doctor", "--json", **variables))
    page = text_of(DOCS / "doctor.md")
    assert report["schema"] == "wattprint.doctor/1"
    assert [key for key in sorted(keys(report)) if f"`{key}`" not in page] == []


def test_the_ledger_is_described_and_left_as_it_is(wattprint, recorded, home):
    report = asked(wattprint("doctor", "--json"))
    assert (report["ledger"]["home"], report["ledger"]["runs"]) == (str(recorded), 2)
    assert report["ledger"]["is_writable"] and report["ledger"]["free_bytes"] > 0
    elsewhere = asked(wattprint("doctor", "--json", "--home", home / "other"))
    assert (elsewhere["ledger"]["runs"], (home / "other").exists()) == (0, False)


@pytest.mark.parametrize("given", ["/etc/passwd", "~nobody-at-all/w", ""])
def test_a_ledger_that_cannot_be_used_is_part_of_the_report(wattprint, given):
    done = wattprint("doctor", "--home", given)
    assert (done.returncode, done.stderr) == (0, "")
    assert "cannot be used" in done.stdout or "home folder is ''" in done.stdout
    assert "runs cannot be recorded." in done.stdout


def test_elsewhere_than_on_a_terminal_the_report_is_plain_aligned_text(wattprint):
    done = wattprint("doctor", **NO_GPU)
    assert "\x1b" not in done.stdout
    assert done.stdout.isascii()
    assert not any(line.endswith(" ") for line in done.stdout.splitlines())
    assert re.search(r"^ {2}CPU {4,}\S", done.stdout, re.MULTILINE)


def test_on_a_terminal_it_is_drawn_and_progress_leaves_nothing_behind(home):
    master, slave = pty.openpty()
    given = environment(home, TERM="xterm", COLUMNS="100", **NO_GPU)
    program = subprocess.Popen([WATTPRINT, "doctor"], env=given, stdout=slave, stderr=slave)
    os.close(slave)
    shown = b""
    while select.select([master], [], [], 30)[0]:
        try:
            shown += os.read(master, 65536)
        except OSError:  # the terminal's other end is closed
            break
    os.close(master)
    assert program.wait(30) == 0
    text = shown.decode()
    assert text.startswith("Reading every meter twice ...\r")
    assert "\u2500" in text  # a drawn line
    assert "\x1b[1m" in text


NO_NETWORK = """
import sys
def refuse(event, arguments):
    if event.startswith("socket."):
        raise RuntimeError(event)
sys.addaudithook(refuse)
from wattprint.cli.main import main
main(["doctor"])
"""


def test_nothing_is_asked_of_the_network(home):
    done = python(NO_NETWORK, home=home, **NO_GPU)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_status_is_1_when_the_doctor_itself_fails(home):
    done = subprocess.run(
        ["sh", "-c", f"{WATTPRINT} doctor > /dev/full"],
        env=environment(home, **NO_GPU),
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("wattprint: ")
