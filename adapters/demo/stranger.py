"""The stranger of the demo: somebody else's software, run as a process of its own with what it could know.

What it does stands in `adapters.demo.foreign`, which imports nothing of ours.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from adapters.demo.cast import bare_environment
from adapters.demo.configuration import LEDGER
from adapters.demo.parties import GBKZ, HAARLEM, HUB, STRANGER
from adapters.demo.screen import Screen
from adapters.demo.stage import Stage
from adapters.demo.world import Place
from hub.clock import new_pseudonym

PLAN: Final = "plan.json"
WAIT_S: Final = 20.0
EXAMPLE: Final = Path(__file__).parents[2] / "schemas/v1/examples/kennisgeving-publiek.json"


class Stranger:
    """Tries everything, and is told no."""

    def __init__(self, stage: Stage, screen: Screen) -> None:
        self._stage = stage
        self._screen = screen

    def be_hasty(self) -> None:
        """Sends a message that the broker may keep for a millisecond, while the hub is away."""
        deeds = self._run({"hasty": True})
        done = [deed["deed"] for deed in deeds] == ["hasty"]
        self._screen.check("een vreemd programma stuurt een bericht dat niet mag wachten", holds=done)

    def try_everything(self) -> None:
        """An honest message, a replayed one, five that must be refused with their codes, and what leaves evidence."""
        unwritable = new_pseudonym()
        refuse_row(self._stage.place, unwritable)
        deeds = self._run({"hasty": False, "captured": self._captured(), "unwritable": unwritable})
        expected = {
            "replayed-from-another": "identity_mismatch",
            "tampered": "bad_signature",
            "unknown-sender": "unknown_key",
            "id-reused": "id_reused",
            "schema-invalid": "schema_invalid",
        }
        words = {
            "replayed-from-another": "andermans bericht opnieuw sturen",
            "tampered": "een veranderd bericht",
            "unknown-sender": "een onbekende sleutel",
            "id-reused": "een ander bericht met hetzelfde id",
            "schema-invalid": "een ongeldig BSN in een verzegeld bericht",
        }
        honest = [deed for deed in deeds if deed["deed"] in {"honest", "replayed"}]
        carried = all((deed.get("decision") or deed.get("result")) == "accepted" for deed in honest)
        self._screen.check("het eerlijke bericht komt aan, en een herhaling verandert niets", holds=carried)
        for deed, code in expected.items():
            said = next((one.get("code") for one in deeds if one["deed"] == deed), None)
            self._screen.check(f"geweigerd: {words[deed]}", holds=said == code, found=str(said))
        taxes = self._stage.outside.taxes.values()
        once = all(counts["uitgevoerd"] <= 1 for tax in taxes for counts in tax.effects().values())
        self._screen.check("geen handeling bij een belastingkantoor gebeurde twee keer", holds=once)
        left = [deed["deed"] for deed in deeds].count("turned-away")
        self._screen.check("twee antwoorden wil het zelf niet hebben", holds=left == len(("hub", "recipient")))

    def _run(self, orders: dict[str, Any]) -> list[dict[str, Any]]:
        """Runs the stranger; one record per deed."""
        folder = self._stage.place.of(STRANGER)
        about = json.loads((folder / "partner.json").read_bytes())
        plan = {
            "oin": STRANGER.oin,
            "to": GBKZ.oin,
            "inbox": about["inbox"],
            "signingKey": "sig-demo.jwk.json",
            "recipientKey": self._recipient_key(),
            "type": "kennisgeving-publiek",
            "data": json.loads(EXAMPLE.read_bytes()),
            **orders,
        }
        (folder / PLAN).write_text(json.dumps(plan), encoding="utf-8")
        address = f"{about['broker']}/{about['vhost']}"
        command = [sys.executable, "-m", "adapters.demo.foreign", "--url", address, "--folder", ".", "--plan", PLAN]
        done = subprocess.run(
            command, cwd=folder, env=bare_environment(), capture_output=True, text=True, timeout=120, check=False
        )
        if done.returncode != 0:
            self._screen.check("het vreemde programma liep", holds=False, found=done.stderr.strip()[-200:])
        return [json.loads(line) for line in done.stdout.splitlines()]

    def _recipient_key(self) -> dict[str, str]:
        """GBKZ's public key, as anybody finds it in the register."""
        jwk = json.loads((self._stage.place.of(GBKZ) / "keys" / "enc-demo.jwk.json").read_bytes())
        return {"kid": jwk["kid"], "x": jwk["x"]}

    def _captured(self) -> str:
        """A body of Haarlem's, as somebody who copied it off a disk would have it."""
        with sqlite3.connect(self._stage.place.of(HAARLEM) / LEDGER) as ledger:
            return bytes(ledger.execute("SELECT body FROM outbox LIMIT 1").fetchone()[0]).decode("ascii")


def refuse_row(place: Place, message_id: str) -> None:
    """Lets the hub's database refuse one row, as one would that was changed by hand; every other row is taken."""
    rule = f"CREATE TRIGGER storing BEFORE INSERT ON message WHEN NEW.id = '{message_id}'"
    with closing(sqlite3.connect(place.of(HUB) / "hub.db", timeout=WAIT_S)) as database:
        database.execute(f"{rule} BEGIN SELECT RAISE(ABORT, 'demo'); END")


def take_row(place: Place) -> None:
    """The database takes every row again."""
    with closing(sqlite3.connect(place.of(HUB) / "hub.db", timeout=WAIT_S)) as database:
        database.execute("DROP TRIGGER storing")
