"""Machines made of files: a powercap folder and a proc tree."""

import shutil

import pytest

BOOT_ID = "7d3e7f0a-0000-4000-8000-000000000001"


class Powercap:
    """A powercap folder, laid out as the kernel's class folder: all zones side by side."""

    def __init__(self, root):
        self.root = root
        root.mkdir()

    def zone(self, folder, name, energy_uj, wraps_at_uj=262_143_328_850):
        """Add a zone; a range of None leaves its range file out."""
        path = self.root / folder
        path.mkdir()
        (path / "name").write_text(f"{name}\n")
        self.set(folder, energy_uj)
        if wraps_at_uj is not None:
            (path / "max_energy_range_uj").write_text(f"{wraps_at_uj}\n")
        return path

    def set(self, folder, energy_uj):
        (self.root / folder / "energy_uj").write_text(f"{energy_uj}\n")

    def remove(self, folder):
        shutil.rmtree(self.root / folder)


class Proc:
    """A proc folder with the files that are read."""

    def __init__(self, root):
        self.root = root
        root.mkdir()

    def process(
        self, pid, parent, *, ticks=(0, 0, 0, 0), pages=0, name="python", started=7, threads=1
    ):
        """Add or change a process: utime, stime, cutime, cstime, and its resident pages."""
        between = [parent, pid, pid, 0, -1, 4194304, 100, 0, 0, 0]
        after = [20, 0, threads, 0, started, 12345678, pages, 18446744073709551615]
        fields = " ".join(map(str, [*between, *ticks, *after]))
        (self.root / str(pid)).mkdir(exist_ok=True)
        (self.root / str(pid) / "stat").write_text(f"{pid} ({name}) S {fields}\n")

    def children(self, pid, *children, thread=None):
        """Say whose parent a thread is, as some kernels do; by default the first thread."""
        numbers = "".join(f"{child} " for child in children)
        self.file(f"{pid}/task/{thread or pid}/children", numbers)

    def shared(self, pid, pages):
        """Say how many resident pages of a process map files or shared memory."""
        self.file(f"{pid}/statm", f"99999 99999 {pages} 600 0 70000 0\n")

    def newest(self, pid):
        self.file("loadavg", f"0.12 0.13 0.31 1/89 {pid}\n")

    def end(self, pid):
        shutil.rmtree(self.root / str(pid))

    def file(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.fixture
def powercap(tmp_path):
    return Powercap(tmp_path / "powercap")


@pytest.fixture
def proc(tmp_path):
    return Proc(tmp_path / "proc")
