"""People of a hub for tests: members with passwords, browsers in which they are signed in."""

from sqlalchemy import update

from hub.browser import Browser
from wattprint.hub.auth.passwords import store_password
from wattprint.hub.auth.rights import Principal
from wattprint.hub.organisations import create_organisation, set_member
from wattprint.hub.storage.schema import users

PASSWORD = "four plain words here"
ROLES = ("viewer", "member", "maintainer", "admin")


def root_of(org_id="acme"):
    """The first admin of an organisation, as one who acts."""
    return Principal(org_id, "root", "0" * 16, "admin", frozenset({"admin"}))


def organisation(hub, org_id="acme"):
    """A new organisation, whose admin `root` has a password."""
    create_organisation(hub.database, org_id, org_id, "root", 0)
    give_password(hub, "root", org_id)


def member(hub, user_id, role="member", org_id="acme"):
    """A new member with a password."""
    set_member(hub.database, root_of(org_id), user_id, role=role, name=user_id.title(), now_ms=0)
    give_password(hub, user_id, org_id)


def give_password(hub, user_id, org_id="acme", password=PASSWORD):
    """Set somebody's password."""
    made = hub.accounts.passwords.hashed(password, [user_id])
    hub.database.write(lambda c: store_password(c, org_id, user_id, made, 0))


def rename(hub, user_id, name, org_id="acme"):
    """Give somebody another name to be shown."""
    its = users.c.org_id == org_id, users.c.user_id == user_id
    hub.database.write(lambda c: c.execute(update(users).where(*its).values(name=name)))


def browser_of(hub, user_id="root", org_id="acme"):
    """A browser in which somebody is signed in."""
    browser = Browser(hub)
    browser.cookies.set("wattprint_session", hub.sessions.open(org_id, user_id), "hub.test")
    return browser
