"""`python -m pipeline` is the same as `avviso`."""

from pipeline.cli import main

main()
