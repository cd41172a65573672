"""`python -m assistant`: the same as `pilcrow`."""

from assistant.cli import main

main()
