"""What the hub has to say to a partner outside any conversation (wire.md 12); nothing in it is about a person."""

from __future__ import annotations

from hub.clock import new_id
from hub.errors import HubError
from hub.events import Event, log
from hub.relay.office import Office
from hub.wire.link import Link, Outgoing
from hub.wire.receipt import sign_payload
from hub.wire.topology import OUT
from schemas.codes import HubNoticeCode
from schemas.road import HubNotice

TEST_TEXT = "Dit is een verbindingstest van de hub; u hoeft niets te doen."


def notice_to(
    office: Office, oin: str, code: HubNoticeCode, text: str, *, ref: str | None = None, notice_id: str | None = None
) -> Outgoing:
    """A signed notice for one partner; `notice_id` where it must stay the same when it is sent again.

    Raises:
        RefusedError: `key_missing`, when the hub has no valid key.
    """
    now = office.clock.now()
    about = {} if ref is None else {"ref": ref}
    given = notice_id or new_id(office.clock)
    notice = HubNotice(id=given, source=office.source, time=now, code=code, text=text, **about)
    return Outgoing(OUT, oin, sign_payload(notice, office.keys.signing(now)), notice.id, HubNotice.name, notice.id)


async def send_notice(
    office: Office,
    link: Link,
    oin: str,
    code: HubNoticeCode,
    text: str,
    *,
    ref: str | None = None,
    notice_id: str | None = None,
) -> HubError | None:
    """Publishes a notice; None when the broker has it in the partner's inbox, else why not."""
    outgoing = notice_to(office, oin, code, text, ref=ref, notice_id=notice_id)
    error = (await link.publish([outgoing]))[0]
    if error is None:
        log().info(Event.NOTICE_SENT, id=outgoing.message_id, recipient=oin, code=code)
    else:
        log().warning(Event.MESSAGE_DELAYED, id=outgoing.message_id, recipient=oin, code=error.code)
    return error


async def send_connection_test(office: Office, link: Link, oin: str) -> HubError | None:
    """Sends a partner a notice that asks for nothing: its edge logs that it came."""
    return await send_notice(office, link, oin, HubNoticeCode.CONNECTION_TEST, TEST_TEXT)
