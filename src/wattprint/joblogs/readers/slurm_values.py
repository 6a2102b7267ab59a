"""Slurm's ways to write time, memory, energy and resources, as SQL over a text.

Each function takes an expression of SQL whose value is trimmed text or NULL, and gives one whose
value is NULL where the text says nothing: blank, `Unknown`, `UNLIMITED`, `INVALID`.
Source: the manual of sacct, Slurm 24.11; units are multiples of 1024 for memory, 1000 for energy.
"""

_POWERS = "KMGTPE"


def seconds(text: str) -> str:
    """Duration as `[days-]hours:minutes:seconds[.fraction]` or `minutes:seconds.fraction` [s]."""
    hours = f"try_cast(replace({text}, '-', ' days ') AS INTERVAL)"
    minutes = f"try_cast('00:' || {text} AS INTERVAL)"
    either = f"CASE WHEN {text} LIKE '%:%:%' THEN {hours} WHEN {text} LIKE '%:%' THEN {minutes} END"
    return f"epoch({either})"


def moment(text: str, timezone: str) -> str:
    """Moment in a local time zone, as ISO 8601, or as seconds since 1970 [s since 1970]."""
    local = f"try_cast({text} AS TIMESTAMP)"
    if timezone != "UTC":
        zone = timezone.replace("'", "''")
        local = f"timezone('{zone}', {local})"
    others = ", ".join(f"'{form}'" for form in _OTHER_FORMS)
    loose = f"try_strptime({text}, [{others}])"
    if timezone != "UTC":
        loose = f"timezone('{zone}', {loose})"
    return f"""CASE
        WHEN length({text}) = 19 AND {text}[5] = '-' THEN epoch_us({local}) // 1000000
        WHEN {text} IS NULL THEN NULL
        WHEN regexp_full_match({text}, '[0-9]{{5,11}}([.][0-9]*)?')
            THEN CAST(floor(try_cast({text} AS DOUBLE)) AS BIGINT)
        WHEN regexp_full_match({text}, '.*[0-9](Z|[+-][0-9]{{2}}:?[0-9]{{0,2}})')
            AND length({text}) > 19 THEN epoch_us({_with_offset(text)}) // 1000000
        WHEN regexp_matches({text}, '^[0-9]{{4}}-') THEN epoch_us({local}) // 1000000
        ELSE epoch_us({loose}) // 1000000 END"""


_OTHER_FORMS = (
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d-%H:%M:%S",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%a %b %d %H:%M:%S %Y",
    "%a %d %b %Y %H:%M:%S",
    "%d %b %Y %H:%M:%S",
    "%Y%m%dT%H%M%S",
)
"""SLURM_TIME_FORMAT may be anything; of these none can be taken for another."""


def _with_offset(text: str) -> str:
    spaced = f"regexp_replace({text}, '([+-][0-9]{{2}}):?([0-9]{{2}})$', '\\1:\\2')"
    return f"try_cast({spaced} AS TIMESTAMPTZ)"


def count(text: str) -> str:
    """Count, with a unit of thousands: `16`, `1.5K`."""
    plain = f"CASE WHEN {text} >= '0' AND {text} < ':' THEN try_cast({text} AS DOUBLE) END"
    return f"coalesce({plain}, {_scaled(text, base=1000)})"


def energy_j(text: str) -> str:
    """Energy as Slurm writes it, none where it is 0 [J]."""
    # What it does not know it writes as 2**64 - 2, which has 20 digits.
    scaled = _scaled(text, base=1000)
    return f"CASE WHEN length({text}) < 19 THEN nullif({scaled}, 0) END"


def memory_gb(text: str, *, unit: str = "M") -> str:
    """Memory, none where it is 0 [GB]; without a unit in `unit`: 'M', or '' for bytes."""
    power = _POWERS.index(unit) + 1 if unit else 0
    scaled = _scaled(text, base=1024, default=1024.0**power)
    return f"nullif({scaled}, 0) / {1024.0**3!r}"


def requested_memory_gb(text: str, cpus: str, nodes: str) -> str:
    """Memory as requests are written: of a CPU (`4000Mc`), of a node (`2Gn`) or in all [GB]."""
    each = (
        f"CASE WHEN right({text}, 1) IN ('c', 'n') "
        f"THEN {memory_gb(f'left({text}, strlen({text}) - 1)')} ELSE {memory_gb(text)} END"
    )
    return (
        f"{each} * CASE WHEN {text} LIKE '%c' THEN {cpus} "
        f"WHEN {text} LIKE '%n' THEN coalesce({nodes}, 1) ELSE 1 END"
    )


def tres(text: str, name: str) -> str:
    """Text of one of the resources in `cpu=4,mem=16G,gres/gpu=2`, NULL where it is not there."""
    after = f"split_part(',' || {text}, ',{name}=', 2)"
    return f"nullif(split_part({after}, ',', 1), '')"


def tres_gpus(text: str) -> str:
    """Accelerators in `gres/gpu=2,gres/gpu:a100=2`, where both say the same; parts as shares."""
    # Where types are written, the total beside them says the same again.
    whole = f"coalesce(try_cast({tres(text, 'gres/gpu')} AS DOUBLE), 0)"
    typed = _sum(f"regexp_extract_all({text}, 'gres/gpu:[^=,]*=([0-9]+)', 1)")
    sliced = (
        f"list_sum(list_transform(regexp_extract_all({text}, "
        f"'gres/gpu:[^=,]*?{_SLICE}[^=,]*=[0-9]+'), lambda s: {_share('s')}))"
    )
    return f"""CASE
        WHEN {text} IS NULL THEN NULL
        WHEN NOT contains({text}, 'gres/gpu') THEN
            CASE WHEN contains({text}, 'gres/mps=') THEN
                try_cast({tres(text, "gres/mps")} AS DOUBLE) / 100 ELSE 0 END
        WHEN NOT contains({text}, 'gres/gpu:') THEN {whole}
        WHEN {is_part(text)} THEN
            {typed} - {_sum(f"regexp_extract_all({text}, '{_SLICED}=([0-9]+)', 1)")} + {sliced}
        ELSE greatest({typed}, {whole}) END"""


_SLICE = "[0-9]+g[.][0-9]+gb"
"""A part of an NVIDIA accelerator: `1g.10gb` is one of its seven slices."""

_SLICED = f"gres/gpu:[^=,]*?{_SLICE}[^=,]*"


def _share(text: str) -> str:
    slices = f"try_cast(regexp_extract({text}, '([0-9]+)g[.][0-9]+gb', 1) AS DOUBLE)"
    many = f"try_cast(regexp_extract({text}, '=([0-9]+)$', 1) AS DOUBLE)"
    return f"least({slices}, 7) / 7 * {many}"


def is_part(text: str) -> str:
    """Whether resources hold a part of an accelerator: a slice, or a share of its time."""
    return (
        f"(contains({text}, 'gres/mps=') AND NOT contains({text}, 'gres/gpu')"
        f" OR contains({text}, 'gb') AND regexp_matches({text}, 'gres/gpu:[^=,]*{_SLICE}'))"
    )


def tres_load(text: str) -> str:
    """Load of accelerators in `cpu=00:01:00,gres/gpuutil=85`, in whole accelerators [ratio]."""
    return f"try_cast({tres(text, 'gres/gpuutil')} AS DOUBLE) / 100"


def tres_accelerator(text: str) -> str:
    """Name of the accelerators in `gres/gpu:a100=2`; NULL where they have no type."""
    name = f"regexp_extract({text}, 'gres/gpu:([^=,]+)=[1-9]', 1)"
    bare = f"regexp_replace({name}, '[_.:-]?{_SLICE}.*$', '')"
    return f"CASE WHEN contains({text}, 'gres/gpu:') THEN nullif({bare}, '') END"


_OLD_GPU = "(?:^|,)(?:gres/|gres:)?gpu(?::([^:,(]*[^0-9:,(][^:,(]*))?(?::([0-9]+))?(?:[(,]|$)"
"""`gpu`, `gpu:2`, `gpu:tesla:2(S:0)`, as Slurm before 20.11 writes accelerators."""


def gres_gpus(text: str) -> str:
    """Accelerators in `gpu:tesla:2(S:0),nvme:1`."""
    bare = f"regexp_replace({text}, '[(][^)]*[)]', '', 'g')"
    numbers = (
        f"list_transform(list_filter(string_split({bare}, ','), lambda s: "
        "regexp_matches(s, '^(gres[/:])?gpu(:|=|$)')), lambda s: "
        "coalesce(try_cast(regexp_extract(s, '[:=]([0-9]+)$', 1) AS DOUBLE), 1))"
    )
    return (
        f"CASE WHEN {text} IS NULL THEN NULL WHEN NOT contains({text}, 'gpu') THEN 0 "
        f"ELSE coalesce(list_sum({numbers}), 0) END"
    )


def gres_accelerator(text: str) -> str:
    """Name of the accelerators in `gpu:tesla:2(S:0)`; NULL where they have no type."""
    name = f"regexp_extract({text}, '{_OLD_GPU}', 1)"
    return f"CASE WHEN contains({text}, 'gpu:') THEN nullif({name}, '') END"


def state(text: str) -> str:
    """One of `domain.jobs.STATES`, or 'pending', from a word of Slurm or the begin of one."""
    usual = " ".join(f"WHEN '{words[0]}' THEN '{name}'" for name, (words, _) in _STATES.items())
    parts = " ".join(
        f"WHEN regexp_matches({text}, '(?i)^({'|'.join(words)})|^({'|'.join(short)})([^A-Z_]|$)')"
        f" THEN '{name}'"
        for name, (words, short) in _STATES.items()
    )
    return f"CASE {text} {usual} ELSE CASE {parts} ELSE 'unknown' END END"


_STATES = {
    "completed": (("COMPLETED",), ("CD",)),
    "failed": (("FAILED", "FAIL", "SPECIAL_E", "REVOKED"), ("F", "SE", "RV")),
    "cancelled": (("CANCELLED", "CANCEL"), ("CA",)),
    "timeout": (("TIMEOUT", "DEADLINE"), ("TO", "DL")),
    "out_of_memory": (("OUT_OF_MEMORY", "OUT_OF_M"), ("OOM",)),
    "node_failed": (("NODE_FAIL", "NODE_F", "BOOT_F", "LAUNCH_F", "RECONFIG_F"), ("NF", "BF")),
    "preempted": (("PREEMPTED", "PREEMPT", "REQUEUE"), ("PR", "RQ")),
    "running": (
        (
            "RUNNING",
            "RUNN",
            "COMPLETIN",
            "SUSPEND",
            "CONFIGUR",
            "RESIZ",
            "SIGNAL",
            "STAGE_O",
            "STOPPED",
        ),
        ("R", "CG", "S", "CF", "RS", "SI", "SO", "ST"),
    ),
    "pending": (("PENDING", "PEND", "RESV_DEL"), ("PD", "RD", "RH")),
}


def _sum(numbers: str) -> str:
    return f"coalesce(list_sum(CAST({numbers} AS DOUBLE[])), 0)"


def _scaled(text: str, *, base: int, default: float = 1.0) -> str:
    """Return SQL for a number with one of the letters K to E behind it."""
    powers = " ".join(
        f"WHEN '{letter}' THEN {float(base) ** power!r}"
        for power, letter in enumerate(_POWERS, start=1)
    )
    # A length in bytes is quick: what has other letters than these is no number anyway.
    number = f"try_cast(left({text}, strlen({text}) - 1) AS DOUBLE)"
    plain = f"try_cast({text} AS DOUBLE)"
    if default != 1.0:
        plain = f"{plain} * {default!r}"
    # A cast that fails is slow, and most values have a unit: it is looked at first.
    unit = f"CASE upper(right({text}, 1)) {powers} END"
    return f"CASE WHEN right({text}, 1) >= 'A' THEN {number} * {unit} ELSE {plain} END"
