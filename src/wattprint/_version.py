"""The package's version, read by the build and by every record we write."""

__version__ = "0.1.0"
