"""`python -m adapters.haarlem`: the commands of the debt helper."""

import sys

from adapters.haarlem.commands import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
