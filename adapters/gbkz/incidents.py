"""What a local tax office does when it hears that it collected in spite of a pause: it looks, and mends what it finds.

Nobody says by which dossier. So every *uitstel* of the pause is looked at, what somebody there ended is placed again,
and a dossier that opened since then is taken along. Whoever told of it hears 11; who asked for the pause hears by 6
how it stands now.
"""

from __future__ import annotations

from typing import Final

from adapters.contract import Done, Publish, Received, Reply
from adapters.gbkz.alignment import Alignment, Errand
from adapters.gbkz.client import TaxSystem
from adapters.gbkz.pauses import Pauses
from adapters.gbkz.store import Pause, Transaction, dossiers_of
from adapters.incident import NO_PAUSE
from schemas.codes import Status
from schemas.messages import CollectionDespitePause, NoticeAnswer, StatusReport

STOPPED: Final = "Wij hebben de dossiers nagekeken; op alle openstaande staat uitstel van betaling."
GOES_ON: Final = "Wij hebben de dossiers nagekeken; niet alles stopt. De schuldhulpverlener hoort wat doorloopt."


class Incidents:
    """The incidents at one tax office."""

    def __init__(self, system: TaxSystem, alignment: Alignment, pauses: Pauses, publish: Publish) -> None:
        self._system = system
        self._alignment = alignment
        self._pauses = pauses
        self._publish = publish

    async def mend(self, received: Received[CollectionDespitePause]) -> Done:
        """Looks at the dossiers of the pause that is meant.

        Raises:
            UnavailableError, RefusedError: as `Alignment.carry_out`.
        """
        commit = self._alignment.committed
        meant = await commit(self._pauses.told_of, received)
        if isinstance(meant, StatusReport):
            return Done((Reply(meant),))
        found = await self._system.open_dossiers(meant.taxpayer or "")
        dossiers = [one.number for one in found]
        async with self._alignment.turn([*dossiers, *await commit(dossiers_of, meant.conversation)]):
            owner = await commit(self._pauses.hold_again, meant, dossiers)
            if owner is None:
                return Done((Reply(StatusReport(status=Status.OTHER, explanation=NO_PAUSE)),))
            errand = Errand(received.id, meant.conversation, owner)
            await self._alignment.look_again(errand)
            await self._alignment.carry_out(errand)
        answer = await commit(self._pauses.answer, meant.conversation)
        return Done((Reply(_said(answer)),), lambda tx: self._tell(tx, meant, answer))

    def _tell(self, tx: Transaction, meant: Pause, answer: NoticeAnswer) -> None:
        self._publish(tx, answer, to=meant.sender, case=meant.case, conversation=meant.conversation)


def _said(answer: NoticeAnswer) -> StatusReport:
    goes_on = bool(answer.measures_not_stopped)
    return StatusReport(
        status=Status.OTHER if goes_on else Status.ANSWERED, explanation=GOES_ON if goes_on else STOPPED
    )
