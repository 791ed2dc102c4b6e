"""`python -m hub`: the hub's own commands, without those of the adapters, which it does not know."""

from __future__ import annotations

import sys

from hub.cli.app import make_app, run

sys.exit(run(make_app(), sys.argv[1:]))
