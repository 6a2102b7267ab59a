"""CUDA_VISIBLE_DEVICES, entry by entry."""

import pytest

from wattprint.meters.cuda_visible import Board, visible_devices

BOARDS = [
    Board("GPU-8932f937-a", "NVIDIA A100-SXM4-80GB"),
    Board("GPU-8932f938-b", "NVIDIA A100-SXM4-80GB"),
    Board("GPU-c0ffee00-c", "NVIDIA A100-SXM4-80GB", ["MIG-11", "MIG-22"]),
]
A, B, C = (board.uuid for board in BOARDS)


def visible(named, boards=BOARDS, **environ):
    return visible_devices({"CUDA_VISIBLE_DEVICES": named, **environ}, boards)


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        pytest.param("0", [A], id="an index"),
        pytest.param("2,0", [C, A], id="their order is kept"),
        pytest.param(" 1 , 0 ", [B, A], id="with spaces"),
        pytest.param(B, [B], id="a UUID"),
        pytest.param("GPU-c0f", [C], id="the beginning of a UUID"),
        pytest.param(f"1,{A}", [B, A], id="index and UUID"),
        pytest.param("MIG-22", ["MIG-22"], id="a MIG device"),
        pytest.param("MIG-22,0", ["MIG-22", A], id="a MIG device and a GPU"),
    ],
)
def test_what_is_named_is_visible(named, expected):
    assert visible(named) == (tuple(expected), ())


@pytest.mark.parametrize("named", ["", "-1", "NoDevFiles", "GPU-dead", "3", "GPU-8932f93", "MIG-"])
def test_a_list_that_begins_with_no_device_hides_all(named):
    found = visible(named)
    assert found.uuids == ()
    assert f"ends at its entry 0, {named!r}" in found.remarks[0]


@pytest.mark.parametrize(
    "named",
    # CUDA Programming Guide: 0,2,-1,1 shows 0 and 2, because 1 stands behind the invalid -1.
    ["0,2,-1,1", "0,2,3,1", "0,2,,1", "0,2,x,1", "0,2,GPU-8932,1", "0,2," + "9" * 5000 + ",1"],
)
def test_the_first_entry_that_is_no_device_ends_the_list(named):
    found = visible(named)
    assert found.uuids == (A, C)
    assert "ends at its entry 2" in found.remarks[0]


def test_an_ambiguous_beginning_says_that_it_fits_several():
    assert "it fits several devices" in visible("GPU-8932").remarks[0]


def test_all_are_visible_where_nothing_is_named():
    assert visible_devices({}, BOARDS) == ((A, B, C), ())


@pytest.mark.parametrize("named", ["1,0,1", f"1,0,{B}"])
def test_a_device_named_twice_is_counted_once_and_said(named):
    found = visible(named)
    assert found.uuids == (B, A)
    assert found.remarks == (
        f"CUDA_VISIBLE_DEVICES names {B} twice, which CUDA refuses: counted once",
    )


UNEQUAL = [Board("GPU-1", "Tesla T4"), Board("GPU-2", "NVIDIA H200")]


@pytest.mark.parametrize(
    ("named", "boards", "order", "is_in_doubt"),
    [
        pytest.param("0", UNEQUAL, "", True, id="an index among unequal GPUs"),
        pytest.param("0", UNEQUAL, "FASTEST_FIRST", True, id="the default, said"),
        pytest.param("0", UNEQUAL, "PCI_BUS_ID", False, id="the order of the bus"),
        pytest.param("GPU-1", UNEQUAL, "", False, id="a UUID means itself"),
        pytest.param("0", BOARDS, "", False, id="equal GPUs"),
    ],
)
def test_an_index_that_may_mean_another_gpu_is_said(named, boards, order, is_in_doubt):
    found = visible(named, boards, CUDA_DEVICE_ORDER=order)
    assert len(found.uuids) == 1
    assert any("CUDA_DEVICE_ORDER=PCI_BUS_ID" in text for text in found.remarks) == is_in_doubt


def test_a_mig_device_beside_its_whole_gpu_is_not_added():
    found = visible("MIG-11,2")
    assert found.uuids == (C,)
    assert "MIG-11 is a part of a GPU that is named too" in found.remarks[0]


def test_several_mig_devices_are_counted_and_said():
    found = visible("MIG-11,MIG-22")
    assert found.uuids == ("MIG-11", "MIG-22")
    assert "sees the first MIG device of a list alone" in found.remarks[0]


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        # The container runtime shows a part's GPU too; its own variable says which part it gave.
        ({"NVIDIA_VISIBLE_DEVICES": "MIG-22"}, ("MIG-22",)),
        ({"NVIDIA_VISIBLE_DEVICES": "MIG-22", "CUDA_VISIBLE_DEVICES": "0"}, (A,)),
        ({"NVIDIA_VISIBLE_DEVICES": "all"}, (A, B, C)),
        ({"NVIDIA_VISIBLE_DEVICES": "7"}, (A, B, C)),
    ],
)
def test_a_container_of_a_mig_device_sees_that_part(environ, expected):
    assert visible_devices(environ, BOARDS).uuids == expected
