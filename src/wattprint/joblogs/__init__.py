"""Logs of clusters, as they are written by schedulers, metering and billing, to one table."""
