"""Which pause somebody means who tells that was collected in spite of it (*incasso-ondanks-pauze*). Pure.

The message names nobody. The debt helper says it in the conversation of the pause. Another helper (a bewindvoerder) is
not in that conversation and has one of its own: there the case says which pause it is, when only one runs in it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar


class Opened(Protocol):
    """A pause, and who asked for it."""

    @property
    def sender(self) -> str:
        """The OIN of who opened it."""
        ...


P = TypeVar("P", bound=Opened)
NO_PAUSE = "In dit gesprek loopt geen pauze (meer); stuur een nieuwe kennisgeving."
NOT_IN_CASE = "In deze zaak loopt hier geen pauze; laat de schuldhulpverlener de incasso melden."
TWO_IN_CASE = "In deze zaak lopen hier meer pauzes; laat de schuldhulpverlener melden om wie het gaat."


def pause_meant(own: P | None, of_case: Sequence[P], sender: str, *, stands: Callable[[P], bool]) -> P | str:
    """The pause, or what is answered where there is none that can be meant.

    Args:
        own: the pause of the conversation in which it was told.
        of_case: every pause of the case that it was told in.
        sender: who told of it.
        stands: whether a pause still runs.
    """
    if own is not None:
        return own if stands(own) else NO_PAUSE
    if any(one.sender == sender for one in of_case):
        return NO_PAUSE  # whoever asked for the pause knows its conversation
    standing = [one for one in of_case if stands(one)]
    if len(standing) == 1:
        return standing[0]
    return TWO_IN_CASE if standing else NOT_IN_CASE
