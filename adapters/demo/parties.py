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


HUB: Final = Party("hub", "00000099000000000100", "Hub Zuid-Kennemerland (demo)", "HUB")
HAARLEM: Final = Party("haarlem", "00000099000000001000", "Schuldhulp Haarlem (demo)", "SHV", ("0392", "0397", "0377"))
STRANGER: Final = Party("vreemd", "00000099000000001900", "Gemeente met eigen software (demo)", "SHV", ("0473",))
VISH: Final = Party("vish", "00000099000000002000", "VISH (demo)", "VISH")
GBKZ: Final = Party("gbkz", "00000099000000003000", "GBKZ (demo)", "TAX", ("0397", "0377", "0473"))

#: Everybody but the hub.
PARTNERS: Final = (HAARLEM, STRANGER, VISH, GBKZ)
PARTIES: Final = (HUB, *PARTNERS)
