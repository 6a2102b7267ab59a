"""One file per service: what is asked, how its answer is read, and what may go wrong."""
