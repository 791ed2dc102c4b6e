"""`python -m adapters.haarlem`: the commands of the debt helper."""

import sys

from adapters.haarlem.commands import app
from hub.cli.app import main

if __name__ == "__main__":
    sys.exit(main(app))
