"""What needs attention now, in five numbers."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

#: What waits longer than this is not just on its way.
WAITS_LONG: Final = timedelta(minutes=15)
#: No tile counts further than this.
COUNTED: Final = 1_000
