"""Runs read from a hub, page by page: an empty page is no end."""

from wattprint.client.fetch import listed_runs
from wattprint.client.transport import Answer


class Pages:
    """A hub that was asked for its runs, and looked on after a page without any."""

    def __init__(self):
        self.asked = []

    def send(self, method, path, document=None):
        self.asked.append(path)
        row = {"id": "a", "project": "ranker", "outcome": "completed", "duration_ms": 1}
        page = {"runs": [], "next": "further", "search_goes_on": True}
        if "cursor=further" in path:
            page = {"runs": [row], "next": None, "search_goes_on": False}
        return Answer(200, page)


def test_a_page_without_runs_and_with_a_cursor_is_gone_behind():
    hub = Pages()
    assert [run.run_id for run in listed_runs(hub, "ranker")] == ["a"]
    assert len(hub.asked) == 2
