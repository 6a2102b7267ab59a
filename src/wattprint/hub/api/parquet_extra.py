"""Whether this hub reads and writes Parquet: an extra."""

from importlib.util import find_spec

from wattprint.hub.api.problems import ProblemError


def check_parquet() -> None:
    """Check that the extra is installed.

    Raises:
        ProblemError: It is not.
    """
    if find_spec("pyarrow") is None:
        detail = "This hub has no Parquet: it lacks the extra 'parquet'; JSON and CSV need none."
        raise ProblemError(415, detail)
