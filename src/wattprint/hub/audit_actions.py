"""What the audit log can say was done: every action that the hub writes, by what it is done to."""

from collections.abc import Mapping

ACTIONS = (
    *("account.name", "account.password"),
    "identity.link",
    *("invitation.accept", "invitation.make", "invitation.withdraw"),
    *("job.cancel", "job.export", "job.recompute"),
    *("member.remove", "member.set"),
    "project.set",
    *("registry.accepted", "registry.rejected", "registry.request", "registry.request.revoke"),
    *("registry.settings", "registry.submit", "registry.withdrawn"),
    *("retention.prune", "retention.set"),
    *("run.exclude", "run.include", "run.note", "run.note.edit", "run.tag", "run.untag"),
    *("session.end", "session.open"),
    "team.set",
    *("token.create", "token.revoke"),
)
"""Who writes a new one adds it here: tests/hub/test_audit_actions.py finds one that is missing."""


def grouped() -> Mapping[str, tuple[str, ...]]:
    """Return the actions by the word before their first point, groups and actions in order."""
    groups: dict[str, tuple[str, ...]] = {}
    for action in ACTIONS:
        group = action.partition(".")[0]
        groups[group] = (*groups.get(group, ()), action)
    return groups
