"""The stranger of the demo: somebody else's software, run as a process of its own with what it could know.

What it does stands in `adapters.demo.foreign`, which imports nothing of ours.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from adapters.demo.cast import bare_environment
from adapters.demo.parties import GBKZ, HAARLEM, STRANGER
from adapters.demo.screen import Screen
from adapters.demo.stage import Stage

EXAMPLE: Final = Path(__file__).parents[2] / "schemas/v1/examples/kennisgeving-publiek.json"


class Stranger:
    """Tries everything, and is told no."""

    def __init__(self, stage: Stage, screen: Screen) -> None:
        self._stage = stage
        self._screen = screen

    def try_everything(self) -> None:
        """An honest message, a replayed one, and five that must be refused with their codes."""
        deeds = self._misbehave()
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

    def _misbehave(self) -> list[dict[str, Any]]:
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
            "captured": self._captured(),
        }
        (folder / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
        address = f"{about['broker']}/{about['vhost']}"
        command = [
            sys.executable,
            "-m",
            "adapters.demo.foreign",
            "--url",
            address,
            "--folder",
            ".",
            "--plan",
            "plan.json",
        ]
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
        with sqlite3.connect(self._stage.place.of(HAARLEM) / "grootboek.db") as ledger:
            return bytes(ledger.execute("SELECT body FROM outbox LIMIT 1").fetchone()[0]).decode("ascii")
