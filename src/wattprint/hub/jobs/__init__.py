"""Long work of the hub: queued by the API, done by a thread of some worker process."""
