"""`python -m adapters`: the command `schuldhub` where it is not installed as a program."""

from __future__ import annotations

import sys

from adapters.cli import main

sys.exit(main())
