"""Machines made of files: a powercap folder and a proc tree."""

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


class Proc:
    """A proc folder with the files that are read."""

    def __init__(self, root):
        self.root = root
        root.mkdir()

    def process(self, pid, parent, *, ticks=(0, 0, 0, 0), pages=0, name="python", started=7):
        """Add or change a process: utime, stime, cutime, cstime, and its resident pages."""
        between = [parent, pid, pid, 0, -1, 4194304, 100, 0, 0, 0]
        after = [20, 0, 1, 0, started, 12345678, pages, 18446744073709551615]
        fields = " ".join(map(str, [*between, *ticks, *after]))
        (self.root / str(pid)).mkdir(exist_ok=True)
        (self.root / str(pid) / "stat").write_text(f"{pid} ({name}) S {fields}\n")

    def end(self, pid):
        (self.root / str(pid) / "stat").unlink()
        (self.root / str(pid)).rmdir()

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
