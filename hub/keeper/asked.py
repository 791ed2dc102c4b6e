"""Notices that operators asked for: a connection test, a reminder of a term. Sent once each, with what came of it."""

from __future__ import annotations

from typing import Final, assert_never

from hub.failpoints import Failpoint, reached
from hub.operations.partners import AskedNotice
from hub.operations.partners.store import asked_notices, mark_notice
from hub.relay.notices import TEST_TEXT, send_notice
from hub.relay.office import Office
from hub.wire.link import Link
from hub.workdays import AMSTERDAM
from schemas.codes import HubNoticeCode

AT_ONCE: Final = 50
REMINDER_TEXT: Final = (
    "Op een bericht van {day} wordt nog een antwoord verwacht. Kijk of het verwerkt is, of bel de beheerder van de hub."
)


async def send_asked(office: Office, link: Link) -> int:
    """Sends what was asked for and not sent yet; returns how many the broker took.

    The notice goes first and the row after it: a crash between sends it again, under the same id.
    """
    taken = 0
    for one in await office.database.read(asked_notices, AT_ONCE):
        error = await send_notice(office, link, one.oin, one.code, _text_of(one), ref=one.ref, notice_id=one.act_id)
        reached(Failpoint.NOTICE_AFTER_SENDING)
        code = None if error is None else error.code.value
        await office.database.run(mark_notice, one.row_id, code, office.clock.now())
        taken += error is None
    return taken


def _text_of(one: AskedNotice) -> str:
    match one.code:
        case HubNoticeCode.CONNECTION_TEST:
            return TEST_TEXT
        case HubNoticeCode.REMINDER:
            return REMINDER_TEXT.format(day=f"{(one.about or one.asked).astimezone(AMSTERDAM):%d-%m-%Y}")
        case HubNoticeCode.KEY_EXPIRING:
            raise AssertionError(one.code)  # the keeper's own, never asked for
        case _:
            assert_never(one.code)
