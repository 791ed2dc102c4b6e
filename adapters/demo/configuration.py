"""The settings files of the demo, one set per party and written into its own folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from adapters.demo.outside import CONNECTION_CODE, SFTP_USER, ReferralIndex, TaxSystem
from adapters.demo.parties import GBKZ, HAARLEM, HUB, VISH
from adapters.demo.world import Place
from hub.wire.topology import VHOST

CONFIG: Final = "instellingen.toml"
OWN: Final = "adapter.toml"
CLOCK: Final = "klok"

Value = str | int | float | bool | Path | list[str] | Mapping[str, "Value"]


def toml(content: Mapping[str, Value], name: str = "") -> str:
    """A settings file; JSON strings are TOML strings too."""
    lines, tables = [], []
    for key, value in content.items():
        if isinstance(value, Mapping):
            below = f"{name}.{key}" if name else key
            tables.append(f"\n[{below}]\n{toml(value, below)}")
        else:
            lines.append(
                f"{key} = {json.dumps(str(value) if isinstance(value, Path) else value, ensure_ascii=False)}\n"
            )
    return "".join([*lines, *tables])


def write(file: Path, content: Mapping[str, Value]) -> None:
    """Writes a settings file."""
    file.write_text(toml(content), encoding="utf-8")


def configure_hub(place: Place, address: str) -> Path:
    """The hub's settings; returns the file."""
    folder = place.of(HUB)
    common = _common(place, address)
    write(folder / CONFIG, {**common, "database": f"sqlite:///{folder / 'hub.db'}"})
    return folder / CONFIG


def configure_edges(place: Place, address: str, tax: TaxSystem, index: ReferralIndex) -> None:
    """Each partner's settings: its edge, and what its own adapter needs."""
    for party in (HAARLEM, VISH, GBKZ):
        folder = place.of(party)
        about = json.loads((folder / "partner.json").read_bytes())
        identity: dict[str, Value] = {"oin": party.oin, "system": party.name, "inbox": about["inbox"]}
        common = _common(place, address)
        write(
            folder / CONFIG,
            {**common, "ledger": f"sqlite:///{folder / 'grootboek.db'}", "own": OWN, "identity": identity},
        )
    write(place.of(GBKZ) / OWN, _tax_office(tax))
    write(place.of(VISH) / OWN, _supply(place.of(VISH), index))


def _common(place: Place, address: str) -> dict[str, Value]:
    return {
        "register_file": "register.jws",
        "governance_file": "governance.pub.jwk.json",
        "keys": "keys",
        "state": "state",
        "clock_file": place.root / CLOCK,
        "broker": {
            "url": f"{address}/{VHOST}",
            "ca": "ca.crt.pem",
            "certificate": "broker.crt.pem",
            "key": "broker.key.pem",
        },
    }


def _tax_office(tax: TaxSystem) -> dict[str, Value]:
    """Looks often and settles at once: a demo has no day to spare."""
    return {
        "base_url": f"http://127.0.0.1:{tax.port}",
        "token_file": tax.token_file,
        "gemeentecodes": list(GBKZ.gemeentecodes),
        "tick_s": 0.5,
    }


def _supply(folder: Path, index: ReferralIndex) -> dict[str, Value]:
    return {
        "supply_minutes": 0.05,
        "poll_s": 0.5,
        "tick_s": 0.5,
        "sftp": {
            "host": "127.0.0.1",
            "port": index.ports[0],
            "user": SFTP_USER,
            "key_file": folder / "sftp-sleutel",
            "host_key_file": index.host_key_file,
        },
    }


def configure_haarlem(place: Place, port: int) -> None:
    """The debt helper's own settings; `port` is that of its API."""
    api: dict[str, Value] = {"port": port, "url": f"http://127.0.0.1:{port}"}
    contact: dict[str, Value] = {"name": "Team Schuldhulp (demo)", "phone": "023-0000000"}
    write(place.of(HAARLEM) / OWN, {"connection_code": CONNECTION_CODE, "sweep_s": 2, "api": api, "contact": contact})
