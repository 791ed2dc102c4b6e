"""What acts, evidence and recoveries are called on the screen. Pure data; a test proves that nothing is missing."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from hub.console.words import REASONS_BY_CODE, Tone
from hub.operations.acts import ActName, Overtaken
from hub.operations.evidence import Cause, Settlement
from hub.operations.recovery import Kind, Outcome, Skip, Stage
from hub.operations.texts import LONGEST, SHORTEST, Wrong

EVIDENCE: Final[Mapping[Cause, str]] = MappingProxyType(
    {
        Cause.LANE: "De hub vervoerde het niet",
        Cause.INBOX: "De ontvanger nam het niet aan",
        Cause.ROW: "De database nam de regel niet aan",
    }
)
SETTLEMENTS: Final[Mapping[Settlement, tuple[str, Tone]]] = MappingProxyType(
    {
        Settlement.RELEASED: ("vrijgegeven", "good"),
        Settlement.REJECTED: ("afgewezen", "neutral"),
        Settlement.ARCHIVED: ("gearchiveerd", "neutral"),
    }
)
KINDS: Final[Mapping[Kind, str]] = MappingProxyType(
    {Kind.RELEASE: "Vrijgeven uit quarantaine", Kind.FORWARD: "Opnieuw in de postbus leggen"}
)
STAGES: Final[Mapping[Stage, tuple[str, Tone]]] = MappingProxyType(
    {
        Stage.PLANNED: ("plan", "neutral"),
        Stage.ASKED: ("wacht op een tweede", "warning"),
        Stage.RUNNING: ("bezig", "busy"),
        Stage.DONE: ("klaar", "good"),
        Stage.CANCELLED: ("gestopt", "neutral"),
    }
)
SKIPS: Final[Mapping[Skip, str]] = MappingProxyType(
    {
        Skip.ONLY_HASH: "Alleen de vingerafdruk is bewaard. De afzender biedt het bericht vanzelf opnieuw aan.",
        Skip.OF_HUB: "Dit schreef de hub zelf. Wie het mist, vraagt er vanzelf opnieuw om.",
        Skip.ANSWERED: "De ontvanger heeft al een ontvangstbewijs gestuurd.",
        Skip.EXPIRED: "Verlopen. Vrijgeven kan niet meer: alleen de afzender kan een nieuw bericht maken.",
        Skip.GONE: "De bytes zijn er niet meer.",
        Skip.STATUS: "Een stand die een partner van zichzelf meldde. Er is al een nieuwere.",
        Skip.TAKEN: "Al afgehandeld, of al onderdeel van een ander herstel.",
        Skip.PAUSED: "De ontvanger is gepauzeerd. Het gaat vanzelf verder als hij hervat wordt.",
        Skip.UNREADABLE: "Niet te lezen als bericht van deze weg, of van niemand afkomstig.",
    }
)
OUTCOMES: Final[Mapping[Outcome, tuple[str, Tone]]] = MappingProxyType(
    {
        Outcome.CARRIED: ("op weg", "good"),
        Outcome.ANSWERED: ("was al beantwoord", "good"),
        Outcome.DELAYED: ("postbus nam het niet aan; de hub biedt het vanzelf weer aan", "warning"),
        Outcome.CRASHED: ("de hub liep er weer op vast; niet nog eens geprobeerd", "error"),
        Outcome.KEPT_ASIDE: ("niet te vervoeren; bewaard als bewijs", "error"),
    }
)
OVERTAKEN: Final[Mapping[Overtaken, str]] = MappingProxyType(
    {
        Overtaken.KEY: "Dit formulier is al voor iets anders gebruikt. Ververs de pagina en begin opnieuw.",
        Overtaken.SETTLED: "Een deel ervan is intussen afgehandeld, of wordt al vrijgegeven. Kijk opnieuw wat er ligt.",
        Overtaken.CONFIRMED: "Iemand anders was eerder: dit herstel is al een stap verder, of gestopt.",
        Overtaken.CHANGED: "Het plan is niet meer zoals u het zag. Maak een nieuw plan.",
        Overtaken.STALE: "Het plan is ouder dan een uur. Maak een nieuw plan: er kan van alles veranderd zijn.",
        Overtaken.EMPTY: "In dit plan is niets te sturen.",
        Overtaken.SAME_PERSON: "Wie bevestigde, kan niet ook de tweede zijn.",
        Overtaken.PAUSED: "Deze partner is al gepauzeerd.",
        Overtaken.RESUMED: "Deze partner was al hervat.",
        Overtaken.WITHDRAWN: "Dit venster was al ingetrokken.",
    }
)
WRONG: Final[Mapping[Wrong, str]] = MappingProxyType(
    {
        Wrong.SHORT: f"Schrijf ten minste {SHORTEST} tekens op.",
        Wrong.LONG: f"Houd het korter dan {LONGEST} tekens.",
        Wrong.STRANGE: "Gebruik gewone letters op één regel, zonder onzichtbare tekens.",
        Wrong.NUMBER: "Hierin staat een getal dat een BSN kan zijn. Laat het weg: geen gegevens van bewoners.",
        Wrong.MAIL: "Hierin staat een e-mailadres. Laat het weg: hier horen geen gegevens van personen.",
    }
)
ACTS: Final[Mapping[ActName, str]] = MappingProxyType(
    {
        ActName.EVIDENCE_REJECTED: "wees bewijs af",
        ActName.EVIDENCE_ARCHIVED: "archiveerde bewijs",
        ActName.EVIDENCE_NOTED: "schreef een notitie bij quarantaine",
        ActName.EVIDENCE_ASSIGNED: "nam quarantaine op zich, of gaf die terug",
        ActName.RECOVERY_CONFIRMED: "bevestigde een herstel",
        ActName.RECOVERY_APPROVED: "keurde een herstel goed",
        ActName.RECOVERY_CANCELLED: "stopte een herstel",
        ActName.PARTNER_PAUSED: "pauzeerde een partner",
        ActName.PARTNER_RESUMED: "hervatte een partner",
        ActName.PARTNER_TESTED: "stuurde een testbericht",
        ActName.WINDOW_PLANNED: "plande een venster",
        ActName.WINDOW_WITHDRAWN: "trok een venster in",
        ActName.TERM_ESCALATED: "herinnerde een partner aan een termijn",
        ActName.TERM_NOTED: "schreef een notitie bij een bericht",
        ActName.CASE_BLANKED: "wiste redenen en notities van een dossier",
    }
)
_SKIPS_BY_VALUE: Final[Mapping[str, str]] = MappingProxyType({skip.value: said for skip, said in SKIPS.items()})
_OUTCOMES_BY_VALUE: Final = MappingProxyType({outcome.value: said for outcome, said in OUTCOMES.items()})
_ACTS_BY_VALUE: Final[Mapping[str, str]] = MappingProxyType({act.value: said for act, said in ACTS.items()})


def skip_text(skipped: str) -> str:
    """Why an item is not sent: one of ours, or the code with which the road would refuse it."""
    said = _SKIPS_BY_VALUE.get(skipped)
    return said or f"De weg zou het weigeren. {REASONS_BY_CODE.get(skipped, skipped)}"


def outcome_text(outcome: str) -> tuple[str, Tone]:
    """What became of an item: one of ours, or the code with which the road refused it."""
    return _OUTCOMES_BY_VALUE.get(outcome) or (f"geweigerd: {REASONS_BY_CODE.get(outcome, outcome)}", "error")


def act_text(name: str) -> str:
    """What somebody did, as the rest of a sentence that begins with his name."""
    return _ACTS_BY_VALUE.get(name, name)
