"""Columns as all tables of the hub have them: text and whole numbers, nothing else."""

from sqlalchemy import BigInteger, Column, Text


def key(name: str) -> "Column[str]":
    """Return a column of text that is part of the primary key."""
    return Column(name, Text, primary_key=True)


def texts(*names: str, nullable: bool = False) -> "list[Column[str]]":
    """Return columns of text."""
    return [Column(name, Text, nullable=nullable) for name in names]


def wholes(*names: str, nullable: bool = False) -> "list[Column[int]]":
    """Return columns of whole numbers of 64 bits."""
    return [Column(name, BigInteger, nullable=nullable) for name in names]
