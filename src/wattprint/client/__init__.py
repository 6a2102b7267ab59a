"""The sender's side of a hub: rows, spool, upload. Standard library only."""
