"""The hub: a team's runs in one database, behind an API. Loaded only by what serves it."""
