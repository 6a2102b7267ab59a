"""Answers that readers share: one is made for all who wait, and none is older than it may be."""

import asyncio
import threading

import pytest

from hub.made import Clock
from hub.members import filled, member_of, sent, signed_in
from processes import DEADLINE_S
from wattprint.hub.answers import Answers
from wattprint.hub.storage.database import Database


class Maker:
    """Makes 1, 2, 3, ..., each once it is let go."""

    def __init__(self):
        self.count = 0
        self.begun = threading.Event()
        self.may_end = threading.Event()

    def __call__(self):
        self.count += 1
        number = self.count
        self.begun.set()
        assert self.may_end.wait(DEADLINE_S)
        return number


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def answers(clock, tmp_path):
    return Answers(Database(f"sqlite:///{tmp_path / 'hub.db'}"), clock_s=clock)


async def until(event):
    while not event.is_set():
        await asyncio.sleep(0)


def test_who_asks_while_an_answer_is_made_gets_the_next_one_with_all_who_wait(answers):
    make = Maker()

    async def work():
        first = asyncio.create_task(answers.of("key", make))
        await until(make.begun)  # the first is being made: the others' might say more
        others = [asyncio.create_task(answers.of("key", make)) for _ in range(19)]
        await asyncio.sleep(0)
        make.may_end.set()
        return await first, await asyncio.gather(*others)

    assert asyncio.run(work()) == (1, [2] * 19)
    assert make.count == 2


def test_answers_of_other_keys_are_made_at_the_same_time(answers):
    one, other = Maker(), Maker()

    async def work():
        tasks = [asyncio.create_task(answers.of(key, key)) for key in (one, other)]
        await until(one.begun)
        await until(other.begun)
        one.may_end.set()
        other.may_end.set()
        return await asyncio.gather(*tasks)

    assert asyncio.run(work()) == [1, 1]


def numbers():
    """What makes 1, 2, 3, ... at once."""
    make = Maker()
    make.may_end.set()
    return make


def test_a_page_is_given_again_until_something_changes(answers):
    make = numbers()

    async def ask():
        return await answers.of("page", make, lasts_s=1.0)

    assert [asyncio.run(ask()) for _ in range(3)] == [1, 1, 1]
    answers._database.write(lambda connection: None)
    assert asyncio.run(ask()) == 2
    answers._database.write(lambda connection: None, is_shown=False)
    assert asyncio.run(ask()) == 2


def test_a_page_of_a_second_is_given_while_the_next_is_made_and_one_of_two_is_not(answers, clock):
    make = numbers()

    async def ask():
        got = await answers.of("page", make, lasts_s=1.0)
        for task in list(answers._waiting.values()):
            await task
        return got

    assert asyncio.run(ask()) == 1
    clock.now_s += 1.5
    assert [asyncio.run(ask()), asyncio.run(ask())] == [1, 2]
    clock.now_s += 2.0
    assert asyncio.run(ask()) == 3


def test_a_fault_reaches_all_who_wait_and_is_not_kept(answers):
    faults = iter([ValueError("once")])

    def make():
        for fault in faults:
            raise fault
        return "well"

    async def work():
        tasks = [answers.of("page", make, lasts_s=1.0) for _ in range(3)]
        return await asyncio.gather(*tasks, return_exceptions=True)

    assert [str(fault) for fault in asyncio.run(work())] == ["once"] * 3
    assert asyncio.run(work()) == ["well"] * 3


def test_a_reader_who_goes_away_takes_nothing_from_the_others(answers):
    make = Maker()

    async def work():
        gone, stays = (asyncio.create_task(answers.of("page", make)) for _ in range(2))
        await until(make.begun)
        gone.cancel()
        make.may_end.set()
        return await stays

    assert asyncio.run(work()) == 1


def test_answers_that_are_kept_are_bounded(answers):
    async def work():
        for key in range(1000):
            await answers.of(key, lambda: "page", lasts_s=1.0)

    asyncio.run(work())
    assert len(answers._held) == 200


def test_a_shared_page_shows_each_reader_their_own_name_and_key(database):
    hub, token = filled(database, sent("a"))
    root, ann = signed_in(hub, token), member_of(hub, "admin")
    pages = [one.get("/runs").text for one in (root, ann, root)]
    assert [">root</a>" in page for page in pages] == [True, False, True]
    assert [">ann</a>" in page for page in pages] == [False, True, False]
    keys = {page.split('name="form_key" value="')[1].split('"')[0] for page in pages}
    assert len(keys) == 2
    assert pages[0] == pages[2]


def test_rights_and_organisations_share_no_page(database):
    hub, token = filled(database, sent("a", project="acme-speech"))
    _, foreign = filled(database, sent("b", project="globex-vision"), org_id="globex")
    pages = [signed_in(hub, one).get("/dashboard?period=all").text for one in (token, foreign)]
    assert ["acme-speech" in page for page in pages] == [True, False]
    assert ["globex-vision" in page for page in pages] == [False, True]
    viewer, admin = member_of(hub, "viewer"), signed_in(hub, token)
    assert ["/admin" in one.get("/runs").text for one in (viewer, admin)] == [False, True]
