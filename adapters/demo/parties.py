"""Who takes part in the demo: fictitious systems in the test range of OINs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Party:
    """One system of one organisation, with a folder of its own by its `name`."""

    name: str
    oin: str
    title: str
    role: str
    gemeentecodes: tuple[str, ...] = ()
    adapter: str = ""
    """Which adapter acts for it, by its name on the command line; none where it has software of its own."""
    bsn: bool = True
    seal_key_days: int = 365
    """How long the key that letters to it are sealed with is still good."""


HUB: Final = Party("hub", "00000099000000000100", "Hub Zuid-Kennemerland (demo)", "HUB", bsn=False)
HAARLEM: Final = Party(
    "haarlem", "00000099000000001000", "Schuldhulp Haarlem (demo)", "SHV", ("0392", "0397", "0377"), "haarlem"
)
STRANGER: Final = Party("vreemd", "00000099000000001900", "Gemeente met eigen software (demo)", "SHV", ("0473",))
VISH: Final = Party("vish", "00000099000000002000", "VISH (demo)", "VISH", adapter="vish")
GBKZ: Final = Party("gbkz", "00000099000000003000", "GBKZ (demo)", "TAX", ("0397", "0377", "0473"), "gbkz")
COCENSUS: Final = Party("cocensus", "00000099000000003100", "Cocensus (demo)", "TAX", ("0392",), "gbkz")
WATER_BOARD: Final = Party(
    "waterschap",
    "00000099000000004100",
    "Hoogheemraadschap van de Duinen (demo)",
    "CRED",
    adapter="convenant",
    seal_key_days=50,
)
TOWN: Final = Party("gemeente", "00000099000000004200", "Gemeente Zeewijk (demo)", "CRED", adapter="convenant")
PARTNERSHIP: Final = Party(
    "belastingsamenwerking",
    "00000099000000004300",
    "Belastingsamenwerking Duinstreek (demo)",
    "CRED",
    adapter="convenant",
    bsn=False,
)
BANK: Final = Party("kredietbank", "00000099000000005000", "Kredietbank Nederland (demo)", "KBN", adapter="kredietbank")
OFFICE: Final = Party("kantoor", "00000099000000006000", "Bewindkantoor De Jong (demo)", "BEW")
LANDLORD: Final = Party("verhuurder", "00000099000000004400", "Verhuurder De Linde (demo)", "CRED", bsn=False)

TAX_OFFICES: Final = (GBKZ, COCENSUS)
CREDITORS: Final = (WATER_BOARD, TOWN, PARTNERSHIP)
#: Who has the portal.
OFFICES: Final = (OFFICE, LANDLORD)
#: Who acts by an adapter of its own process: those of the first act, and those who come later.
FIRST: Final = (HAARLEM, VISH, *TAX_OFFICES)
LATER: Final = (*CREDITORS, BANK)
WITH_ADAPTER: Final = (*FIRST, *LATER)
#: Everybody but the hub.
PARTNERS: Final = (HAARLEM, STRANGER, VISH, *TAX_OFFICES, *CREDITORS, BANK, *OFFICES)
PARTIES: Final = (HUB, *PARTNERS)
