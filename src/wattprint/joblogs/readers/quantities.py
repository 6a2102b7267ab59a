"""How schedulers other than Slurm write numbers, times and sizes, as SQL over a text.

Each function takes an expression whose value is text or NULL, and gives one whose value is NULL
where the text says nothing.
"""

_BINARY = {"K": 10, "M": 20, "G": 30, "T": 40, "P": 50, "E": 60}

GB = float(1 << 30)
"""Bytes of a GB as machines are sold with it."""


def given(text: str) -> str:
    """Text without blanks around it; NULL where nothing is left."""
    return f"nullif(trim({text}), '')"


def number(text: str) -> str:
    """Any number that is one: NaN and infinity say nothing."""
    value = f"try_cast({text} AS DOUBLE)"
    return f"CASE WHEN isfinite({value}) THEN {value} END"


def at_least(text: str, least: float = 0) -> str:
    """Number of at least `least`: logs write -1 for what they do not know."""
    value = f"try_cast({text} AS DOUBLE)"
    return f"CASE WHEN isfinite({value}) AND {value} >= {least} THEN {value} END"


def epoch(text: str) -> str:
    """Moment as seconds since 1970, with or without a fraction; 0 and -1 say nothing. [s]."""
    value = f"try_cast({text} AS DOUBLE)"
    return f"CASE WHEN {value} > 0 AND {value} < 1e15 THEN CAST(floor({value}) AS BIGINT) END"


def whole(value: str) -> str:
    """Round a number to a whole one; NULL where that has no room in 64 bits."""
    return f"CASE WHEN abs({value}) < 9e18 THEN CAST(round({value}) AS BIGINT) END"


def clock_s(text: str) -> str:
    """Duration as `[[days:]hours:]minutes:seconds`, or as seconds; hours may be many. [s]."""
    parts = f"string_split(replace({text}, '-', ':'), ':')"
    weights = (1, 60, 3600, 86400)
    sums = " ".join(
        f"WHEN {count} THEN "
        + " + ".join(
            f"{weights[count - place]} * try_cast({parts}[{place}] AS DOUBLE)"
            for place in range(1, count + 1)
        )
        for count in range(1, 5)
    )
    value = f"(CASE len({parts}) {sums} END)"
    return f"CASE WHEN {text} NOT LIKE '-%' AND isfinite({value}) THEN {value} END"


def size_gb(text: str, unit: str = "") -> str:
    """Size in bytes or words as `16gb`, `2048kb`, `4G`, `1.5T`; multiples of 1024. [GB].

    Args:
        text: The size.
        unit: What stands where none is written: '' for bytes, 'K', 'M' or 'G'.
    """
    digits = f"try_cast(regexp_extract({text}, '^[0-9]+[.]?[0-9]*') AS DOUBLE)"
    letter = f"upper(regexp_extract({text}, '^[0-9.]+ *([kKmMgGtTpPeE]?)i?[bBwW]*$', 1))"
    powers = " ".join(f"WHEN '{key}' THEN {2.0**power!r}" for key, power in _BINARY.items())
    default = 2.0 ** _BINARY[unit] if unit else 1.0
    in_bytes = f"WHEN lower({text}) LIKE '%b' THEN 1.0"
    scale = (
        f"CASE WHEN {letter} <> '' THEN CASE {letter} {powers} END {in_bytes} ELSE {default!r} END"
    )
    words = f"CASE WHEN lower({text}) LIKE '%w' THEN 8.0 ELSE 1.0 END"
    known = f"regexp_full_match({text}, '[0-9]+[.]?[0-9]* *[kKmMgGtTpPeE]?i?[bBwW]*')"
    return f"CASE WHEN {known} THEN {digits} * {scale} * {words} / {GB!r} END"


def total(numbers: str) -> str:
    """Sum of a list of texts; NULL where none of them is a number."""
    return f"list_sum(list_transform({numbers}, lambda s: try_cast(s AS DOUBLE)))"
