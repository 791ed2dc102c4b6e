"""A hostile partner's strings are text on every screen: HTML, control characters, marks of direction, 64 KiB."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator

import pytest
from sqlalchemy import Table, insert, update

from hub.console.tables import AUDIT
from hub.conversations.tables import QUESTION
from hub.database import Database
from hub.messagelog.tables import EDGE_STATUS, ENTRY, MESSAGE, QUARANTINE
from hub.operations.tables import ACT
from hub.wire.postmark import ENVELOPE
from tests.browser.conftest import Site, Windows, running_site
from tests.browser.console_sights import FILLED
from tests.browser.sights import Sight
from tests.world import World

HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>\"'&amp;{{7*7}}\x00\x1b[2J\u202egnp.exe\u2066"
LARGE = HOSTILE * (65_536 // len(HOSTILE))
#: As a reader sees it: every character of it, the marks by their number.
SEEN = "<img src=x onerror=alert(1)><script>alert(2)</script>\"'&amp;{{7*7}}\\u0000\\u001b[2J\\u202egnp.exe\\u2066"
#: What partners give, by the table in which it is kept; of a partner that gets past every check before it.
GIVEN: dict[Table, dict[str, str]] = {
    EDGE_STATUS: {"software": LARGE, "types": LARGE, "circuit": HOSTILE},
    MESSAGE: {"source": HOSTILE, "dataschema": HOSTILE, "type": HOSTILE, "kid": HOSTILE},
    ENTRY: {"type": HOSTILE},
    QUESTION: {"type": HOSTILE},
    ACT: {"name": HOSTILE},  # as the issuer calls somebody
}
SHOW_IT = {
    "berichtenlog", "berichtenlog-filter", "bericht-afgeleverd", "bericht-geweigerd", "bericht-verlopen",
    "bericht-ongelezen", "bericht-laat", "bericht-niet-aangenomen", "termijnen", "termijnen-rust", "dossier-rustig",
    "dossier-moeilijk", "dossier-wachtend", "groep-lane", "ketenpartners", "overzicht", "partner", "partner-gepauzeerd",
    "partner-venster", "partner-getest", "plan-asked", "plan-running", "plan-done", "quarantaine", "spoor",
    "stuk-afgewezen",
}  # fmt: skip


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory, world: World) -> Iterator[Site]:
    """A console after a busy day with a partner that means no good."""
    for site in running_site(tmp_path_factory.mktemp("hostile"), world, busy=True):
        poison(site.stand.database)
        yield site


def poison(database: Database) -> None:
    """Writes what no check would let through."""
    with database.begin() as connection:
        for table, values in GIVEN.items():
            connection.execute(update(table).values(values))
        look = {"at": 1, "act": "viewed", "page": "bericht", "name": HOSTILE, "target": HOSTILE, "detail": LARGE}
        connection.execute(insert(AUDIT), look)
        for table in (MESSAGE, ENTRY, QUESTION):
            column = table.c["outcome_code" if table is MESSAGE else "code"]
            connection.execute(update(table).where(column.is_not(None)).values({column.name: HOSTILE}))
        connection.execute(update(QUARANTINE).where(QUARANTINE.c.body.is_not(None)).values(body=LARGE.encode()))
        first = QUARANTINE.c.row_id <= 2
        connection.execute(update(QUARANTINE).where(first).values(body=_letter()))


def _letter() -> bytes:
    """A body in the form of the protocol that says such things of itself."""
    names = ("id", "type", "source", "recipient", "subject", "correlationid", "dataschema")
    parts = ({"typ": ENVELOPE, "alg": "ES256", "kid": HOSTILE}, dict.fromkeys(names, HOSTILE))
    coded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts]
    return b".".join([*coded, b"c2lnbmVk"])


@pytest.mark.parametrize("sight", [sight for sight in FILLED if sight.who], ids=str)
def test_a_strangers_words_are_text(windows: Windows, hostile: Site, sight: Sight) -> None:
    window = hostile.window(windows)
    window.page.set_viewport_size({"width": 320, "height": 640})
    assert window.open(sight.path.format(**hostile.names)) == sight.status
    for details in window.page.locator("details").all():
        details.evaluate("one => one.open = true")
    assert window.page.locator("main img, main script").count() == 0
    assert window.overflow() <= 0
    assert window.violations() == []
    assert window.refused() == []
    assert window.complaints == []
    assert (sight.name, SEEN in window.words()) == (sight.name, sight.name in SHOW_IT)
