"""Lists of Kubernetes' jobs, pods and Kueue's workloads, as `kubectl get ... -o json` prints them.

A pod counts for itself, a job only where none of its pods is in the list, a workload only where
neither is: nothing counts twice.
Source: the Kubernetes API, v1.32: core/v1 Pod, batch/v1 Job; Kueue's kueue.x-k8s.io/v1beta1.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from wattprint.domain.errors import InputError
from wattprint.joblogs.base import Batch, LogSettings
from wattprint.joblogs.readers.json_rows import loaded_elements
from wattprint.joblogs.readers.kube_query import COUNTED, NO_ROWS, rows_query
from wattprint.joblogs.text_source import head_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_KIND = re.compile(r'"kind"\s*:\s*"(Pod|Job|Workload)(?:List)?"')
_LIST_KIND = re.compile(r'"kind"\s*:\s*"(Pod|Job|Workload)List"')
_OF_JOBS = re.compile(r'"(?:podSets|containers|parallelism|completions)"\s*:')


class KubernetesReader:
    """Reads what `kubectl get jobs,pods -o json` prints."""

    kind = "kubernetes"
    title = "Kubernetes list"

    def fits(self, head: str, name: str) -> bool:  # noqa: ARG002 - the head tells
        """Tell a list by the kind of its first objects."""
        if not head.lstrip().startswith(("{", "[")):
            return False
        known = _KIND.search(head) is not None
        return known or ('"apiVersion"' in head and _OF_JOBS.search(head) is not None)

    def batches(
        self, connection: "DuckDBPyConnection", path: Path, settings: LogSettings
    ) -> Iterator[Batch]:
        """Yield what runs on the cluster when the whole list has been read.

        Raises:
            InputError: Not a list of jobs, pods or workloads.
        """
        head = head_of(path)
        if not self.fits(head, path.name):
            raise InputError(
                f"{path} has neither jobs nor pods of Kubernetes",
                "expected what `kubectl get jobs,pods --all-namespaces -o json` prints",
            )
        # The objects of the API's own lists do not say what they are: the list does.
        found = _LIST_KIND.search(head)
        connection.execute(NO_ROWS)
        read = 0
        for piece in loaded_elements(connection, path):
            read = piece.bytes_read
            query = rows_query(settings, found[1] if found else "")
            connection.execute(f"INSERT INTO kube_rows BY NAME {query}")
            yield Batch("SELECT 0 AS line, NULL AS reject WHERE FALSE", 0, read)
        yield Batch(COUNTED, 0, read)


READER = KubernetesReader()
