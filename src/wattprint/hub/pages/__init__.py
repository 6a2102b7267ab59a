"""The hub's pages, made on the server: read without a script, and forms work without one."""
