"""`python -m wattprint`: the command line, for where no script is on the path."""

from wattprint.cli.main import main

main()
