"""`python -m hub`: the hub's own commands, without those of the adapters, which it does not know."""

from __future__ import annotations

import sys

from hub.cli.app import main, make_app

sys.exit(main(make_app()))
