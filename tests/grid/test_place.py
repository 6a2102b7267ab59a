"""Finding the place: in a stated order, never by a default, and without asking anybody unasked."""

import json

import pytest

from grid.standin import Answer, StandIn
from wattprint.domain.errors import InputError
from wattprint.grid.caller import Caller
from wattprint.grid.cloud import cloud_place
from wattprint.grid.errors import BadAnswerError, NoIntensityError, UnreachableError
from wattprint.grid.ip_lookup import NAME, ip_place, sends
from wattprint.grid.place import Place, find_place
from wattprint.grid.transport import RecordedTransport, Response, TransportError, UrllibTransport


@pytest.fixture
def project(tmp_path):
    """A repository with a folder in a folder; what lies above it is another's."""
    (tmp_path / "wattprint.toml").write_text('zone = "PL"')
    root = tmp_path / "repository"
    (root / ".git").mkdir(parents=True)
    (root / "src" / "deep").mkdir(parents=True)
    return root


def found(folder, environment=None, **asked):
    return find_place(folder=folder, environment=environment or {}, **asked)


def test_nothing_said_is_no_place_and_no_default(project):
    nothing = found(project)
    assert nothing.place is None
    assert [step.outcome for step in nothing.steps[-2:]] == [
        "not asked; --ask-cloud asks",
        "not asked; --ask-ip asks",
    ]


def test_the_order_is_option_project_environment(project):
    environment = {"WATTPRINT_ZONE": "SE", "WATTPRINT_REGION": "aws/us-east-1"}
    assert found(project, environment).place == Place("SE", None, "WATTPRINT_ZONE")
    (project / "pyproject.toml").write_text('[tool.wattprint]\nzone = "DE"')
    assert found(project / "src" / "deep", environment).place.zone == "DE"
    (project / "src" / "wattprint.toml").write_text('region = "gcp/europe-west1"')
    near = found(project / "src" / "deep", environment).place
    assert (near.zone, near.region) == (None, "gcp/europe-west1")
    assert near.source.endswith("src/wattprint.toml")
    assert found(project / "src" / "deep", environment, zone="FR").place.source == "option"


def test_what_lies_above_the_repository_is_not_read(project, tmp_path):
    assert found(project / "src").place is None
    # Without a repository only the folder itself counts.
    (tmp_path / "loose").mkdir()
    assert found(tmp_path / "loose").place is None
    assert found(tmp_path).place.zone == "PL"


def test_a_pyproject_without_our_table_says_nothing(project):
    (project / "pyproject.toml").write_text("[project]\nname = 'x'")
    assert found(project).place is None


def test_a_region_stands_for_its_grid_zone_first_and_its_state_after(project):
    place = found(project, region="aws/us-west-2").place
    assert place.zones == ("US-NW-BPAT", "US-OR")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('zone = "DEX"', r"zone 'DEX' is unknown \(.*wattprint.toml\)"),
        ('region = "aws/us-moon-1"', r"region 'aws/us-moon-1' is unknown \("),
        ("zone = 3", "zone in .* is 3; expected its name"),
        ('zon = "DE"', "'zon' in .* is unknown.*Nearest: 'zone'"),
        ('key = "secret"', "keys belong into config.toml"),
        ("zone =", "is no TOML"),
    ],
)
def test_a_slip_in_a_project_file_is_refused_and_not_passed_over(project, text, message):
    (project / "wattprint.toml").write_text(text)
    with pytest.raises(InputError, match=message) as caught:
        found(project, {"WATTPRINT_ZONE": "FR"})
    assert "secret" not in str(caught.value)


def test_a_wrong_variable_is_refused_by_its_name(project):
    with pytest.raises(InputError, match=r"zone 'ZZ' is unknown \(WATTPRINT_ZONE\)"):
        found(project, {"WATTPRINT_ZONE": "ZZ"})


def test_who_is_asked_and_does_not_know_is_told_and_the_next_is_asked(project):
    def no_cloud():
        raise NoIntensityError("cloud instance", "", "no cloud", "give --zone")

    asked = found(project, ask_cloud=no_cloud, ask_ip=lambda: Place("FR", None, "IP look-up"))
    assert asked.place.zone == "FR"
    assert asked.steps[-2].outcome == "no cloud"


# --- the cloud's own facts ------------------------------------------------------------------------


def machine(tmp_path, **names):
    """A folder of the firmware's names, as the kernel shows them."""
    dmi = tmp_path / "dmi"
    dmi.mkdir()
    for name, text in names.items():
        (dmi / name).write_text(f"{text}\n")
    return dmi


def metadata(seen):
    """The three clouds' services, each with what it wants to see in a request."""
    if seen.path == "/latest/api/token" and seen.method == "PUT":
        assert "x-aws-ec2-metadata-token-ttl-seconds" in seen.headers
        return Answer(b"AQAEtoken")
    if seen.path == "/latest/meta-data/placement/region":
        is_known = seen.headers.get("x-aws-ec2-metadata-token") == "AQAEtoken"
        return Answer(b"eu-central-1") if is_known else Answer(b"", 401)
    if seen.path == "/computeMetadata/v1/instance/zone":
        is_asked = seen.headers.get("metadata-flavor") == "Google"
        flavour = {"Metadata-Flavor": "Google"}
        body = b"projects/123/zones/europe-west1-b"
        return Answer(body, 200, flavour) if is_asked else Answer(b"", 403)
    if seen.path == "/metadata/instance/compute/location":
        is_asked = seen.headers.get("metadata") == "true" and seen.query["format"] == "text"
        return Answer(b"westeurope") if is_asked else Answer(b"", 400)
    return Answer(b"", 404)


@pytest.mark.parametrize(
    ("names", "region"),
    [
        ({"sys_vendor": "Amazon EC2"}, "aws/eu-central-1"),
        ({"bios_vendor": "Amazon EC2", "sys_vendor": "Xen"}, "aws/eu-central-1"),
        ({"product_name": "Google Compute Engine", "sys_vendor": "Google"}, "gcp/europe-west1"),
        ({"chassis_asset_tag": "7783-7084-3265-9085-8269-3286-77"}, "azure/westeurope"),
    ],
)
def test_each_cloud_is_told_by_its_firmware_and_asked_in_its_way(tmp_path, names, region):
    transport = UrllibTransport(use_proxies=False)
    with StandIn(metadata) as stand_in:
        place = cloud_place(transport, dmi=machine(tmp_path, **names), base_url=stand_in.url)
    assert place == Place(None, region, f"metadata service of {region.partition('/')[0]}")


def test_a_machine_of_no_cloud_asks_nobody(tmp_path):
    silent = RecordedTransport(lambda request: pytest.fail("nobody may be asked"))
    dmi = machine(tmp_path, sys_vendor="Dell Inc.")
    with pytest.raises(NoIntensityError, match=r"names Dell Inc\., none of aws, gcp, azure"):
        cloud_place(silent, dmi=dmi)
    with pytest.raises(NoIntensityError, match="names no vendor"):
        cloud_place(silent, dmi=tmp_path / "absent")
    assert silent.requests == []


def refused(request):
    raise TransportError("no answer within 1 s")


@pytest.mark.parametrize(
    ("answer", "error", "message"),
    [
        (refused, UnreachableError, "no answer within 1 s"),
        (lambda r: Response(403, {}, b""), UnreachableError, "HTTP 403"),
        (lambda r: Response(200, {}, b"<html>"), BadAnswerError, "names region '<html>'"),
        (lambda r: Response(200, {}, b"mars-1"), BadAnswerError, "which aws does not have"),
    ],
)
def test_a_metadata_service_that_does_not_answer_well_is_told(tmp_path, answer, error, message):
    dmi = machine(tmp_path, sys_vendor="Amazon EC2")
    with pytest.raises(error, match=message):
        cloud_place(RecordedTransport(answer), dmi=dmi)


def test_an_impostor_of_googles_service_is_not_believed(tmp_path):
    dmi = machine(tmp_path, product_name="Google Compute Engine")
    plain = RecordedTransport(lambda r: Response(200, {}, b"projects/1/zones/europe-west1-b"))
    with pytest.raises(UnreachableError, match="not Google's"):
        cloud_place(plain, dmi=dmi)


# --- the IP address -------------------------------------------------------------------------------


def ip_of(answer):
    transport = RecordedTransport(lambda request: Response(200, {}, json.dumps(answer).encode()))
    return ip_place(Caller(NAME, transport)), transport


def test_the_country_of_an_address_is_all_that_is_taken():
    place, transport = ip_of({"country": "DE", "ip": "192.0.2.1", "latitude": "52.5"})
    assert place == Place("DE", None, "IP look-up at https://get.geojs.io")
    (request,) = transport.requests
    assert (request.url, request.body) == ("https://get.geojs.io/v1/ip/country.json", None)


@pytest.mark.parametrize(
    "answer", [{"country": "ZZ"}, {"country": None}, {}, [], {"country": "DEU"}]
)
def test_an_answer_without_a_country_is_refused(answer):
    with pytest.raises(BadAnswerError, match="IP look-up: "):
        ip_of(answer)


def test_what_is_sent_is_said():
    assert "learns this machine's public IP address and nothing else" in sends()
