"""The hub's database: tables, migrations, transactions."""
