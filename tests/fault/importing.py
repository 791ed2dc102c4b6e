"""Carries out a file at a debt helper's desk as a process of its own, to be killed half-way.

    python -m tests.fault.importing FOLDER [FILE.csv]

With a file it is handed in first; then everything that waits is carried out.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from adapters.haarlem.csv_import import Acting
from adapters.haarlem.imports import jobs
from adapters.haarlem.settings import Settings
from tests.unit.haarlem.desk import Desk
from tests.world import NOW, FixedClock, make_world


def main(folder: Path, file: Path | None) -> None:
    """Works until nothing waits."""
    folder.mkdir(exist_ok=True)
    own = folder / str(os.getpid())  # keys are made anew in each process; the ledger is the same
    url = f"sqlite:///{folder / 'ledger.db'}"
    desk = Desk(own, make_world(), FixedClock(NOW), Settings(connection_code="HLM"), url)
    if file is not None:
        with desk.ledger.begin() as tx:
            jobs.accept(desk.helper, tx, Acting("token", "m-1"), file.read_bytes())
    office = jobs.ImportDesk(desk.helper)
    while office.turn():
        pass


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
