"""The list of the audit log's actions is whole: the code is read for each that it writes."""

import ast
from pathlib import Path

import wattprint.hub
from wattprint.hub.audit_actions import ACTIONS
from wattprint.hub.jobs.store import KINDS
from wattprint.hub.registry.store import STATES

WRITERS = {"note": 2, "audited": 2, "noting": 1}
"""Functions that write an event, and which argument is the action."""
STANDS_FOR = {
    "job.": KINDS,
    "registry.": [state for state in STATES if state != "submitted"],  # that is registry.submit
}
"""What is put behind the beginning of an action that is put together."""


def calls_of(function):
    """Calls of a function that write an event."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and len(node.args) > 2:
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if name in WRITERS:
                yield node.args[WRITERS[name]]


def said_by(node, function):
    """Actions that an argument can be."""
    if isinstance(node, ast.Constant):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return [*said_by(node.body, function), *said_by(node.orelse, function)]
    if isinstance(node, ast.JoinedStr):
        begin = node.values[0].value
        return [begin + rest for rest in STANDS_FOR[begin]]
    if node.id in [argument.arg for argument in function.args.args]:
        return []  # handed through: who calls it says which
    assigned = [part for part in ast.walk(function) if isinstance(part, ast.Assign)]
    return [
        action
        for part in assigned
        if node.id in [getattr(target, "id", "") for target in part.targets]
        for action in said_by(part.value, function)
    ]


def written():
    """Every action that the hub's code writes."""
    found = set()
    for file in Path(wattprint.hub.__file__).parent.rglob("*.py"):
        for function in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                for node in calls_of(function):
                    found.update(said_by(node, function))
    return found


def test_every_action_that_is_written_can_be_chosen_and_no_other():
    assert sorted(written()) == list(ACTIONS)
