"""Spellings of hardware names, brought to one form.

'Tesla V100-SXM2-32GB', 'v100 sxm2 32 GB' and 'NVIDIA V100 SXM2 32G' are the same part. A name
becomes words; words that name only the vendor or the product line are dropped; sizes and form
factors become words of their own.
"""

import re
from collections.abc import Iterable

_ACCELERATOR_NOISE = frozenset(
    [
        "nvidia",
        "amd",
        "intel",
        "google",
        "cloud",
        "aws",
        "amazon",
        "apple",
        "huawei",
        "graphcore",
        "habana",
        "ati",
        "tesla",
        "geforce",
        "quadro",
        "radeon",
        "instinct",
        "nvidia",
        "corporation",
        "graphics",
        "gpu",
        "gpus",
        "card",
        "accelerator",
        "tensor",
        "core",
        "cores",
        "edition",
        "generation",
        "chip",
        "data",
        "center",
    ]
)
_LINE_WORDS = frozenset(["rtx", "gtx"])
"""Words that people leave out or put in ("2080 Ti", "RTX 2080 Ti")."""

_SPLITS = (
    (re.compile(r"\((r|tm|c)\)"), " "),
    (re.compile(r"[®™_/,()+\[\]-]"), " "),
    (re.compile(r"(sxm\d?|pcie|nvl\d*|oam|hbm\d?e?|gddr\d\w?)"), r" \1 "),
    (re.compile(r"\b(rtx|gtx|tpu|titan|tesla|quadro|gaudi|jetson|ipu|arc|vega)(?=v?\d)"), r"\1 "),
    (re.compile(r"\b(titan)(x|xp|v|rtx)\b"), r"\1 \2"),
    (re.compile(r"(?<=\d{3})(ti|super|xtx|xt|gre|ada)\b"), r" \1"),
    (re.compile(r"\b(ti)(super)\b"), r"\1 \2"),
    (re.compile(r"(\d+) ?gi?b?\b"), r" \1gb "),
    (re.compile(r"\bpci e\b"), "pcie"),
)


def accelerator_words(name: str, *, keep_line: bool = True) -> tuple[str, ...]:
    """Return the words that tell one accelerator from another, in their order.

    Args:
        name: Any spelling.
        keep_line: Whether product-line words such as 'rtx' stay.

    >>> accelerator_words("Tesla V100-SXM2-32GB")
    ('v100', 'sxm2', '32gb')
    >>> accelerator_words("GeForce RTX2080Ti")
    ('rtx', '2080', 'ti')
    """
    text = name.casefold()
    for pattern, replacement in _SPLITS:
        text = pattern.sub(replacement, text)
    dropped = _ACCELERATOR_NOISE if keep_line else _ACCELERATOR_NOISE | _LINE_WORDS
    return tuple(word for word in text.split() if word not in dropped)


_CPU_NOISE = (
    re.compile(r"\((r|tm|c)\)"),
    re.compile(r"@.*$"),
    re.compile(r"\b(with|w/) radeon.*$"),
    re.compile(r"\b\d+th gen\b"),
    re.compile(r"\b([a-z]+|\d+)-cores?\b"),
    re.compile(r"\b(cpu|processor|apu|soc)\b"),
    re.compile(r"\b\d+(\.\d+)?\s?ghz\b"),
)


def cpu_words(name: str) -> tuple[str, ...]:
    """Return the words that tell one CPU from another, in their order.

    Args:
        name: The kernel's 'model name', or what people write.

    >>> cpu_words("Intel(R) Xeon(R) CPU E5-2620 v3 @ 2.40GHz")
    ('intel', 'xeon', 'e5', '2620', 'v3')
    >>> cpu_words("AMD EPYC 7742 64-Core Processor")
    ('amd', 'epyc', '7742')
    """
    text = name.casefold()
    for pattern in _CPU_NOISE:
        text = pattern.sub(" ", text)
    return tuple(word for word in re.split(r"[^a-z0-9+.]+", text) if word)


def squeezed(words: Iterable[str]) -> str:
    """Return words as one string, to compare names whatever their spaces."""
    return "".join(words)
