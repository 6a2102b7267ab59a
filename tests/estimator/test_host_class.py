"""Which machine a run was on, from the facts in its record, and what share of it was the run's."""

import pytest

from wattprint.domain.errors import InputError
from wattprint.estimator.host_class import host_of_run
from wattprint.factors.machines import machine_classes

DESKTOP_CPU = "13th Gen Intel(R) Core(TM) i9-13900K"
SERVER_CPU = "AMD EPYC 7742 64-Core Processor"


def facts(*, node=None, **more):
    host = {"cpu_model": DESKTOP_CPU, "threads": 32, "sockets": 1, "is_guest": False}
    return {**host, **more, "node": {"has_battery": False, "threads_allowed": 32.0, **(node or {})}}


GPUS = {"accelerators": 8, "accelerators_used": 8}


@pytest.mark.parametrize(
    ("found", "machine", "machines"),
    [
        pytest.param(facts(node={"has_battery": True}), "laptop", 1, id="a battery"),
        pytest.param(facts(node={"chassis_type": 10}), "laptop", 1, id="a notebook"),
        pytest.param(facts(node={"chassis_type": 3}), "workstation", 1, id="a desktop"),
        pytest.param(facts(), "workstation", 1, id="nothing is said"),
        pytest.param(
            facts(cpu_model="Intel(R) Xeon(R) W-2295", node={"chassis_type": 7}),
            "workstation",
            1,
            id="a server's CPU in a tower",
        ),
        pytest.param(facts(node={"chassis_type": 23}), "1-socket-server", 1, id="a rack"),
        pytest.param(facts(cpu_model=SERVER_CPU), "1-socket-server", 1, id="a server's CPU"),
        pytest.param(facts(sockets=2), "2-socket-server", 1, id="two sockets"),
        pytest.param(facts(sockets=2, node=GPUS), "8-accelerator-server", 1, id="8 GPUs"),
        pytest.param(
            facts(sockets=2, node={**GPUS, "accelerators": 16, "accelerators_used": 16}),
            "8-accelerator-server",
            2,
            id="16 GPUs are as much as two",
        ),
        pytest.param(
            facts(sockets=2, node={**GPUS, "accelerators_used": 2}),
            "8-accelerator-server",
            0.25,
            id="2 of 8 GPUs",
        ),
        pytest.param(
            facts(sockets=2, node={"threads_allowed": 8.0}), "2-socket-server", 0.25, id="8 of 32"
        ),
        pytest.param(
            facts(node={"threads_allowed": 8.0, "accelerators": 1, "accelerators_used": 1}),
            "workstation",
            1,
            id="few threads beside its only GPU",
        ),
        pytest.param(facts(is_guest=True), "cloud-vm", 32, id="a guest"),
        pytest.param(
            facts(is_guest=True, node={"accelerators": 1, "accelerators_used": 1}),
            "8-accelerator-server",
            0.125,
            id="a guest with one GPU",
        ),
        pytest.param(
            facts(sockets=2, node={**GPUS, "accelerators_used": 1 / 7}),
            "8-accelerator-server",
            1 / 56,
            id="a slice of a GPU",
        ),
    ],
)
def test_the_facts_tell_the_class_and_the_share(found, machine, machines):
    host = host_of_run(found)
    assert host.machine.name == machine
    assert host.machines == pytest.approx(machines, rel=1e-12)
    assert host.reason


@pytest.mark.parametrize("host", [{}, {"node": None}, {"cpu_model": "x", "threads": 4}])
def test_a_record_without_facts_of_the_machine_has_no_host(host):
    assert host_of_run(host) is None


def test_what_is_said_now_goes_before_what_was_said_then_and_that_before_the_facts():
    recorded = facts() | {"said": {"host": "2-socket-server", "hosts": 0.5}}
    assert (host_of_run(recorded).machine.name, host_of_run(recorded).machines) == (
        "2-socket-server",
        0.5,
    )
    assert host_of_run(recorded, host="laptop", hosts=1).machine.name == "laptop"
    assert host_of_run(recorded, host="none") is None
    assert host_of_run(facts(), hosts=0.25).machines == 0.25


def test_chips_alone_can_be_asked_for():
    assert host_of_run(facts(), host="none") is None


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"host": "desk"}, "host 'desk' is unknown; expected one of none, 1-socket"),
        ({"host": "laptop", "hosts": 0.0}, "hosts is 0.0; expected a finite number above 0"),
        ({"hosts": -1.0}, "hosts is -1.0"),
        ({"host": "none", "hosts": 2.0}, "hosts is 2.0 of no host"),
    ],
)
def test_a_wrong_host_is_refused(said, message):
    with pytest.raises(InputError, match=message):
        host_of_run(facts(), **said)


@pytest.mark.parametrize("name", sorted(machine_classes()))
def test_every_class_can_be_said_of_a_run(name):
    assert host_of_run(facts(), host=name).machine.name == name


def test_a_server_of_eight_of_which_a_run_used_none_is_charged_whole():
    assert host_of_run({"node": {}}, host="8-accelerator-server").machines == 1.0
    used = {"node": {"accelerators": 8, "accelerators_used": 2}}
    assert host_of_run(used, host="8-accelerator-server").machines == 0.25


@pytest.mark.parametrize("said", ["eight", [], {}, True, -8, 1e300, float("nan")])
@pytest.mark.parametrize("is_guest", [False, True])
def test_a_damaged_fact_of_a_record_counts_for_nothing(said, is_guest):
    node = {"chassis_type": said, "accelerators": said, "accelerators_used": said}
    host = {"is_guest": is_guest, "threads": said, "sockets": said, "cpu_model": said}
    found = host_of_run({**host, "node": {**node, "threads_allowed": said}})
    assert (found.name, found.machines) == ("cloud-vm" if is_guest else "workstation", 1.0)
