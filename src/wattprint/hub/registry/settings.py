"""Whether an organisation publishes its registry, and under which licence."""

from typing import NamedTuple

from sqlalchemy import Connection, insert, select, update

from wattprint.hub.auth.rights import Principal
from wattprint.hub.organisations import note
from wattprint.hub.storage.database import Database
from wattprint.hub.storage.registry_tables import registry_settings

LICENCES = {
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC-BY-SA-4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
}


class RegistrySettings(NamedTuple):
    """How a registry is published."""

    is_public: bool = False
    licence: str = "CC-BY-4.0"
    attribution: str = ""
    """Whom to name who uses it."""

    @property
    def licence_link(self) -> str:
        """Where the licence's text is."""
        return LICENCES[self.licence]


def settings_of(database: Database, org_id: str) -> RegistrySettings:
    """Return an organisation's settings; nothing is public unless somebody said so."""
    its = registry_settings.c
    with database.reading() as connection:
        row = connection.execute(select(registry_settings).where(its.org_id == org_id)).first()
    if row is None:
        return RegistrySettings(attribution=org_id)
    return RegistrySettings(bool(row.is_public), row.licence, row.attribution)


def set_settings(database: Database, by: Principal, said: RegistrySettings, now_ms: int) -> None:
    """Set an organisation's settings, and write down who did."""
    row = {
        "is_public": int(said.is_public),
        "licence": said.licence,
        "attribution": said.attribution,
        "updated_at_ms": now_ms,
    }

    def work(connection: Connection) -> None:
        is_its = registry_settings.c.org_id == by.org_id
        if not connection.execute(update(registry_settings).where(is_its).values(**row)).rowcount:
            connection.execute(insert(registry_settings), {"org_id": by.org_id, **row})
        note(connection, by, "registry.settings", by.org_id, said._asdict(), now_ms=now_ms)

    database.write(work)
