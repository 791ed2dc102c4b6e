"""The settings files of the demo, one set per party and written into its own folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from adapters.demo.issuing import CLIENT_ID
from adapters.demo.outside import CONNECTION_CODE, SFTP_USER, ReferralIndex, TaxSystem
from adapters.demo.outside_chain import BankSystem, CreditorSystem, Outside
from adapters.demo.parties import BANK, HAARLEM, HUB, LANDLORD, OFFICE, OFFICES, VISH, WITH_ADAPTER, Party
from adapters.demo.sites import ADMINISTRATOR, LANDLORD_CLERK, Site
from adapters.demo.world import Place
from hub.wire.topology import VHOST

CONFIG: Final = "instellingen.toml"
OWN: Final = "adapter.toml"
CLOCK: Final = "klok"
LEDGER: Final = "grootboek.db"
PORTAL: Final = "portaal.toml"
PORTAL_DATABASE: Final = "portaal.db"

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


def configure_edges(place: Place, address: str) -> None:
    """Each partner's edge that has one of ours."""
    for party in (*WITH_ADAPTER, *OFFICES):
        folder = place.of(party)
        about = json.loads((folder / "partner.json").read_bytes())
        identity: dict[str, Value] = {"oin": party.oin, "system": party.name, "inbox": about["inbox"]}
        own = {"own": OWN} if party in WITH_ADAPTER else {}
        common = _common(place, address)
        ledger = f"sqlite:///{folder / LEDGER}"
        write(folder / CONFIG, {**common, "ledger": ledger, **own, "identity": identity})


def configure_adapters(place: Place, outside: Outside) -> None:
    """What each adapter needs to reach its own outside system, once that listens."""
    for party, tax in outside.taxes.items():
        write(place.of(party) / OWN, _tax_office(party, tax))
    write(place.of(VISH) / OWN, _supply(place.of(VISH), outside.index))
    for system in outside.creditors:
        write(place.of(system.party) / OWN, _creditor(place.of(system.party), system))
    write(place.of(BANK) / OWN, _bank(outside.bank))


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


def _tax_office(party: Party, tax: TaxSystem) -> dict[str, Value]:
    """Looks often and settles at once: a demo has no day to spare."""
    return {
        "base_url": f"http://127.0.0.1:{tax.port}",
        "token_file": tax.token_file,
        "gemeentecodes": list(party.gemeentecodes),
        "tick_s": 0.4,
    }


def _creditor(folder: Path, system: CreditorSystem) -> dict[str, Value]:
    common: dict[str, Value] = {"bsn": system.party.bsn, "agreed_in_advance": True, "tick_s": 0.4}
    if not system.takes_files:
        http: dict[str, Value] = {
            "base_url": f"http://127.0.0.1:{system.port}",
            "token_file": system.folder / "token",
            "words": system.party.name,
            "poll_s": 0.4,
        }
        return {**common, "http": http}
    sftp: dict[str, Value] = {
        "host": "127.0.0.1",
        "port": system.port,
        "user": SFTP_USER,
        "key_file": folder / "sftp-sleutel",
        "host_key_file": system.folder / "host.pub",
        "supply_minutes": 0.02,
        "poll_s": 0.8,
    }
    return {**common, "sftp": sftp}


def _bank(bank: BankSystem) -> dict[str, Value]:
    contact: dict[str, Value] = {"name": "Team ondernemers (demo)", "phone": "088-0000000"}
    http: dict[str, Value] = {
        "base_url": f"http://127.0.0.1:{bank.port}",
        "token_file": bank.folder / "token",
        "poll_s": 0.4,
    }
    return {"tick_s": 0.4, "contact": contact, "http": http}


def configure_portal(place: Place, site: Site) -> Path:
    """The portal of the offices; returns the file. It lies in the folder of one of them, never in the hub's."""
    folder = place.of(OFFICE)
    content: dict[str, Value] = {**_site(folder, site), "database": f"sqlite:///{folder / PORTAL_DATABASE}"}
    office: dict[str, Value] = {
        "key": OFFICE.name,
        "name": OFFICE.title,
        "kind": "bewindvoerder",
        "edge": folder / CONFIG,
        "kvk_number": "68750110",
        "helper": HAARLEM.oin,
    }
    landlord: dict[str, Value] = {
        "key": LANDLORD.name,
        "name": LANDLORD.title,
        "kind": "schuldeiser",
        "edge": place.of(LANDLORD) / CONFIG,
    }
    offices = _office(office, ADMINISTRATOR.roles[0]) + _office(landlord, LANDLORD_CLERK.roles[0])
    (folder / PORTAL).write_text(toml(content) + offices, encoding="utf-8")
    return folder / PORTAL


def _office(office: Mapping[str, Value], group: str) -> str:
    return f"\n[[offices]]\n{toml(office)}[offices.members]\n{toml({group: 'beheerder'})}"


def _site(folder: Path, site: Site) -> dict[str, Value]:
    """Where a site is, and where its visitors sign in."""
    return {
        "url": site.url,
        "port": site.port,
        "issuer": site.issuer,
        "client_id": CLIENT_ID,
        "client_secret_file": site.keep_secret(folder / "client-secret"),
    }


def _supply(folder: Path, index: ReferralIndex) -> dict[str, Value]:
    """Over SFTP not as often as over HTTP: each look is an SSH connection of its own."""
    return {
        "supply_minutes": 0.02,
        "poll_s": 0.8,
        "tick_s": 0.4,
        "sftp": {
            "host": "127.0.0.1",
            "port": index.ports[0],
            "user": SFTP_USER,
            "key_file": folder / "sftp-sleutel",
            "host_key_file": index.host_key_file,
        },
    }


def configure_haarlem(place: Place, port: int, page: Site) -> None:
    """The debt helper's own settings; `port` is that of its API, `page` where its case workers sign in."""
    api: dict[str, Value] = {"port": port, "url": f"http://127.0.0.1:{port}"}
    contact: dict[str, Value] = {"name": "Team Schuldhulp (demo)", "phone": "023-0000000"}
    rules: dict[str, Value] = {"covenant": ["convenant-lokale-overheid"]}
    folder = place.of(HAARLEM)
    common: dict[str, Value] = {"connection_code": CONNECTION_CODE, "sweep_s": 2}
    parts: dict[str, Value] = {"api": api, "contact": contact, "rules": rules, "page": _site(folder, page)}
    write(folder / OWN, {**common, **parts})
