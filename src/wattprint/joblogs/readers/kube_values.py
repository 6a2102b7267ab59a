"""What containers of Kubernetes ask for, as SQL over the specification of a pod.

Source: "Resource Management for Pods and Containers" and "Quantity" of the Kubernetes docs; a pod
needs what its containers need together, or the largest of its init containers if that is more.
"""

from wattprint.joblogs.readers.quantities import GB
from wattprint.joblogs.sql import literal

_DECIMAL = {"n": -9, "u": -6, "m": -3, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}

ACCELERATORS = (
    "nvidia.com/gpu",
    "nvidia.com/gpu.shared",
    "amd.com/gpu",
    "gpu.intel.com/i915",
    "gpu.intel.com/xe",
    "habana.ai/gaudi",
    "google.com/tpu",
    "aws.amazon.com/neuron",
    "aws.amazon.com/neurondevice",
    "huawei.com/Ascend910",
    "huawei.com/Ascend310P",
)
"""Names of resources that are one accelerator each."""

MODELS = (
    "nvidia.com/gpu.product",
    "cloud.google.com/gke-accelerator",
    "cloud.google.com/gke-tpu-accelerator",
    "k8s.amazonaws.com/accelerator",
    "karpenter.k8s.aws/instance-gpu-name",
    "eks.amazonaws.com/instance-gpu-name",
    "gpu.nvidia.com/model",
    "gpu.nvidia.com/class",
    "amd.com/gpu.product-name",
    "kubernetes.azure.com/accelerator",
    "accelerator",
    "gpu-type",
)
"""Labels of nodes that name their accelerator."""

_SLICE = "mig-([0-9]+)g[.][0-9]+gb"
"""A part of an NVIDIA accelerator: one to seven of its seven slices."""


def quantity(text: str) -> str:
    """Return SQL for a quantity such as `500m`, `64Gi`, `1e3`."""
    form = "^([0-9]+[.]?[0-9]*(?:[eE][+-]?[0-9]+)?|[.][0-9]+)([numkKMGTPEi]*)$"
    digits = f"try_cast(regexp_extract({text}, '{form}', 1) AS DOUBLE)"
    suffix = f"regexp_extract({text}, '{form}', 2)"
    factors = {"": 1.0} | {key: 10.0**power for key, power in _DECIMAL.items()}
    factors |= {key: 2.0**power for key, power in _BINARY.items()}
    cases = " ".join(f"WHEN '{key}' THEN {factor!r}" for key, factor in factors.items())
    return f"({digits} * CASE {suffix} {cases} END)"


def at_key(document: str, key: str) -> str:
    """Return SQL for the text at a key, whatever is in the key."""
    path = literal('$."' + key + '"')
    return f"json_extract_string({document}, {path})"


def _asked(container: str, key: str) -> str:
    """Return SQL for what a container is given of a resource: its request, or its limit."""
    requests, limits = f"{container}.resources.requests", f"{container}.resources.limits"
    return quantity(f"coalesce({at_key(requests, key)}, {at_key(limits, key)})")


def _of_pod(spec: str, each: str) -> str:
    """Return SQL for the need of a pod; `each` is that of a container `c`."""
    together = f"list_sum(list_transform({spec}.containers, lambda c: {each}))"
    at_first = f"list_max(list_transform({spec}.initContainers, lambda c: {each}))"
    return f"coalesce(greatest({together}, {at_first}), 0)"


def pod_cpus(spec: str) -> str:
    """CPUs of a pod, overhead included."""
    overhead = quantity(at_key(f"{spec}.overhead", "cpu"))
    return f"({_of_pod(spec, _asked('c', 'cpu'))} + coalesce({overhead}, 0))"


def pod_memory_gb(spec: str) -> str:
    """Memory of a pod, overhead included. [GB]."""
    overhead = quantity(at_key(f"{spec}.overhead", "memory"))
    return f"(({_of_pod(spec, _asked('c', 'memory'))} + coalesce({overhead}, 0)) / {GB!r})"


def pod_gpus(spec: str) -> str:
    """Accelerators of a pod; slices as their share."""
    keys = [
        at_key("coalesce(c.resources.limits, c.resources.requests)", key) for key in ACCELERATORS
    ]
    whole = " + ".join(f"coalesce(try_cast({key} AS DOUBLE), 0)" for key in keys)
    return _of_pod(spec, f"({whole} + {_slices('c')})")


def _slices(container: str) -> str:
    limits = f"coalesce({container}.resources.limits, {container}.resources.requests)"
    share = f"try_cast(regexp_extract(k, '{_SLICE}', 1) AS DOUBLE) / 7"
    many = f"try_cast(json_extract_string({limits}, '$.\"' || k || '\"') AS DOUBLE)"
    keys = (
        f"list_filter(json_keys({limits}), lambda k: regexp_matches(k, '^nvidia[.]com/{_SLICE}'))"
    )
    return f"coalesce(list_sum(list_transform({keys}, lambda k: {share} * {many})), 0)"


def has_parts(spec: str) -> str:
    """Whether a pod has a part of an accelerator: a slice, or a share of its time."""
    text = f"CAST(to_json({spec}.containers) AS VARCHAR)"
    return f"coalesce(regexp_matches({text}, 'nvidia[.]com/({_SLICE}|gpu[.]shared)'), FALSE)"


def accelerator(spec: str) -> str:
    """Name of a pod's accelerators, from the labels of the nodes that it may run on."""
    chosen = ", ".join(at_key(f"{spec}.nodeSelector", key) for key in MODELS)
    names = ", ".join(literal(key) for key in MODELS)
    terms = (
        f"{spec}.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution"
        ".nodeSelectorTerms"
    )
    wanted = (
        f"list_filter(flatten(list_transform({terms}, lambda t: t.matchExpressions)), lambda e: "
        f"e.key IN ({names}) AND e.operator = 'In')[1].values[1]"
    )
    return f"coalesce({chosen}, {wanted})"
