"""Alembic's steps from an empty database to today's tables, and back."""
