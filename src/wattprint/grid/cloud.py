"""The region of a cloud instance, as its machine and its metadata service tell it.

The firmware's names (DMI) say whose machine it is; only that cloud's own metadata service, on a
link-local address that leaves the machine's host for nobody else, is then asked for the region and
for nothing more.

Source: AWS "Instance metadata and user data" (IMDSv2), Google Cloud "About VM metadata", Azure
"Instance Metadata Service", all 2024.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from wattprint.factors.regions import regions
from wattprint.grid.errors import BadAnswerError, NoIntensityError, UnreachableError
from wattprint.grid.place import Place
from wattprint.grid.transport import Request, Response, Transport, TransportError

METADATA_URL = "http://169.254.169.254"
METADATA_VARIABLE = "WATTPRINT_METADATA_URL"
DMI = Path("/sys/class/dmi/id")
LONGEST_S = 1.0
"""The service answers within milliseconds where it exists. [s]"""
_DMI_FILES = ("sys_vendor", "product_name", "chassis_asset_tag", "bios_vendor")
_AZURE_TAG = "7783-7084-3265-9085-8269-3286-77"
"""Asset tag of every Azure machine; its vendor alone may be any Hyper-V."""
_SERVICE = "cloud instance"
_LONGEST_NAME = 64


class _Cloud(NamedTuple):
    """How a cloud is told, and asked for the region."""

    provider: str
    is_it: Callable[[Mapping[str, str]], bool]
    ask: Callable[["_Metadata"], str]


class _Metadata(NamedTuple):
    """The metadata service of this machine."""

    transport: Transport
    base_url: str
    cloud: str

    def text(
        self, path: str, headers: Mapping[str, str] = {}, *, method: str = "GET"
    ) -> tuple[str, Response]:
        """Return an answer as text.

        Raises:
            UnreachableError: There is none.
        """
        request = Request(self.base_url + path, headers=headers, method=method)
        try:
            response = self.transport.send(request)
        except TransportError as error:
            raise self.silent(str(error)) from None
        if response.status != 200:
            raise self.silent(f"it answers HTTP {response.status}")
        return response.body.decode("ascii", "replace").strip(), response

    def silent(self, why: str) -> UnreachableError:
        """Return the error that the service does not answer."""
        step = "give --zone or --region; a container may have no way to it"
        return UnreachableError(f"metadata service of {self.cloud}", "", why, step)


def _aws(metadata: _Metadata) -> str:
    token, _ = metadata.text(
        "/latest/api/token", {"X-aws-ec2-metadata-token-ttl-seconds": "60"}, method="PUT"
    )
    path = "/latest/meta-data/placement/region"
    return metadata.text(path, {"X-aws-ec2-metadata-token": token})[0]


def _gcp(metadata: _Metadata) -> str:
    flavour = {"Metadata-Flavor": "Google"}
    text, response = metadata.text("/computeMetadata/v1/instance/zone", flavour)
    if response.headers.get("metadata-flavor") != "Google":
        raise metadata.silent("what answers there is not Google's metadata service")
    # 'projects/123/zones/europe-west1-b': the region is the zone without its last letter.
    return text.rpartition("/")[2].rpartition("-")[0]


def _azure(metadata: _Metadata) -> str:
    path = "/metadata/instance/compute/location?api-version=2021-02-01&format=text"
    return metadata.text(path, {"Metadata": "true"})[0]


_CLOUDS = (
    _Cloud("aws", lambda dmi: "Amazon EC2" in (dmi["sys_vendor"], dmi["bios_vendor"]), _aws),
    _Cloud("gcp", lambda dmi: dmi["product_name"] == "Google Compute Engine", _gcp),
    _Cloud("azure", lambda dmi: dmi["chassis_asset_tag"] == _AZURE_TAG, _azure),
)


def cloud_place(transport: Transport, *, dmi: Path = DMI, base_url: str = METADATA_URL) -> Place:
    """Return the region of this instance.

    Args:
        transport: What sends; it must use no proxy.
        dmi: Folder of the firmware's names.
        base_url: Address of the metadata service.

    Raises:
        NoIntensityError: The machine is no instance of a cloud that is known.
        UnreachableError: Its metadata service does not answer.
        BadAnswerError: It names a region that does not exist.
    """
    facts = {name: _fact(dmi / name) for name in _DMI_FILES}
    cloud = next((cloud for cloud in _CLOUDS if cloud.is_it(facts)), None)
    if cloud is None:
        vendor = facts["sys_vendor"] or "no vendor"
        cause = f"the firmware names {vendor}, none of aws, gcp, azure; nothing was asked"
        raise NoIntensityError(_SERVICE, "", cause, "give --zone or --region")
    name = cloud.ask(_Metadata(transport, base_url.rstrip("/"), cloud.provider))
    region = f"{cloud.provider}/{name}"
    if region not in {known.region for known in regions().entries}:
        cause = f"it names region {name[:_LONGEST_NAME]!r}, which {cloud.provider} does not have"
        raise BadAnswerError(_SERVICE, "", cause, "give --zone or --region")
    return Place(None, region, f"metadata service of {cloud.provider}")


def _fact(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
