"""Who may do what: tokens, roles, scopes."""
