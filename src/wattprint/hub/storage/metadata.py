"""What all tables of the hub belong to."""

from sqlalchemy import MetaData

METADATA = MetaData()
