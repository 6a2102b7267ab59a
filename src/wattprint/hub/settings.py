"""What a hub is started with; passed to worker processes as JSON in one environment variable."""

import json
from pathlib import Path
from typing import NamedTuple

VARIABLE = "WATTPRINT_HUB_SETTINGS"


class Settings(NamedTuple):
    """How a hub runs."""

    database: str
    """sqlite:///PATH or postgresql://..."""
    key_file: str
    """File of the server's key."""
    local_home: str | None = None
    """Home whose journals appear in the hub by themselves; None for none."""
    requests_per_s: float = 200.0
    """How many requests a token may make, on average; twice as many at once. [1/s]"""
    public_organisation: str = "default"
    """Whose public pages those see who have not signed in."""
    public_url: str | None = None
    """The hub's address as browsers know it, where it was said."""
    listen_url: str = "http://127.0.0.1:8080"
    """The address it listens on."""
    oidc_file: str | None = None
    """File of an OIDC provider's settings; None for none but those of the environment."""
    largest_body_bytes: int = 16 * 1024 * 1024
    """Of a request, packed. [B]"""
    largest_unpacked_bytes: int = 64 * 1024 * 1024
    """Of a request, unpacked. [B]"""
    largest_batch: int = 5_000
    """Rows of one batch."""
    largest_parquet_rows: int = 100_000
    """Rows of one file of Parquet."""
    files_folder: str | None = None
    """Where files that jobs make lie; None for `exports` beside the key's file."""
    largest_pages: int | None = None
    """Largest size of an SQLite file, in pages of 4 KiB; None for no limit."""

    @property
    def job_files(self) -> Path:
        """Where files that jobs make lie."""
        if self.files_folder is not None:
            return Path(self.files_folder)
        return Path(self.key_file).parent / "exports"

    @property
    def own_url(self) -> str:
        """The hub's address. Links that let somebody in are made of it, never of a request."""
        return (self.public_url or self.listen_url).rstrip("/")

    def as_json(self) -> str:
        """Return them for another process."""
        return json.dumps(self._asdict())

    @classmethod
    def from_json(cls, text: str) -> "Settings":
        """Read what another process said."""
        return cls(**json.loads(text))
