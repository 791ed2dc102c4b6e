"""Every screen of the console in every state: on a busy day, on the first day, and when something is wrong."""

from __future__ import annotations

from typing import Final

from tests.browser.conftest import NOBODY
from tests.browser.sights import Sight, State
from tests.world import CRED, TAX, TAX_HAARLEM, VISH

#: Routes that show nothing themselves, and what they do instead. Where one goes wrong it shows a page: see below.
NO_SCREEN: Final = {
    "begin": "leads to Overzicht",
    "bestand": "a file that pages are made of",
    "naar-aanmelden": "leads to the issuer",
    "terug": "leads from the issuer to where somebody wanted to be",
    "live": "a stream of rows for Berichtenlog",
    "logbewijs": "a file to keep",
}


def _filled(name: str, path: str, who: str = "alles") -> Sight:
    return Sight(State.FILLED, name, path, who, site="busy")


def _empty(name: str, path: str, status: int = 200, who: str = "alles") -> Sight:
    return Sight(State.EMPTY, name, path, who, status, "empty")


def _wrong(name: str, path: str, status: int, who: str = "alles", site: str = "busy") -> Sight:
    return Sight(State.WRONG, name, path, who, status, site)


FILLED: Final = (
    _filled("overzicht", "/overzicht"),
    _filled("alarmen", "/alarmen"),
    _filled("berichtenlog", "/berichtenlog"),
    _filled("berichtenlog-filter", f"/berichtenlog?partij={TAX}&stand=delivered"),
    _filled("bericht-afgeleverd", "/berichten/{delivered}"),
    _filled("bericht-geweigerd", "/berichten/{refused}"),
    _filled("bericht-verlopen", "/berichten/{expired}"),
    _filled("bericht-ongelezen", "/berichten/{unread}"),
    _filled("bericht-laat", "/berichten/{late}"),
    _filled("bericht-niet-aangenomen", "/berichten/{refused_by_hub}"),
    _filled("termijnen", "/termijnen"),
    _filled("termijnen-rust", "/termijnen?soort=rust"),
    _filled("dossiers", "/dossiers?kenmerk={mark}"),
    _filled("dossier-rustig", "/dossiers/{calm}"),
    _filled("dossier-moeilijk", "/dossiers/{troubled}"),
    _filled("dossier-wachtend", "/dossiers/{waiting}"),
    _filled("quarantaine", "/quarantaine"),
    *(_filled(f"groep-{cause}", f"/quarantaine/{cause}") for cause in ("lane", "inbox", "row")),
    _filled("stuk", "/quarantaine/stuk/{evidence}"),
    _filled("stuk-afgewezen", "/quarantaine/stuk/{settled}"),
    _filled("herstel", "/herstel"),
    *(
        _filled(f"plan-{stage}", f"/herstel/{{{stage}}}")
        for stage in ("planned", "asked", "running", "done", "forward")
    ),
    _filled("ketenpartners", "/ketenpartners"),
    _filled("partner", f"/ketenpartners/{TAX}"),
    _filled("partner-gepauzeerd", f"/ketenpartners/{VISH}"),
    _filled("partner-venster", f"/ketenpartners/{TAX_HAARLEM}"),
    _filled("partner-getest", f"/ketenpartners/{CRED}"),
    _filled("beheer", "/beheer"),
    _filled("spoor", "/beheer/spoor"),
    _filled("controle", "/controle"),
    _filled("aanmelden", "/aanmelden?afgemeld=1", ""),
)
EMPTY: Final = (
    _empty("overzicht", "/overzicht"),
    _empty("alarmen", "/alarmen"),
    _empty("berichtenlog", "/berichtenlog"),
    _empty("berichtenlog-filter", f"/berichtenlog?partij={TAX}"),
    _empty("bericht", f"/berichten/{NOBODY}", 404),
    _empty("termijnen", "/termijnen"),
    _empty("termijnen-rust", "/termijnen?soort=rust"),
    _empty("dossiers", "/dossiers"),
    _empty("dossier", f"/dossiers/{NOBODY}", 404),
    _empty("quarantaine", "/quarantaine"),
    _empty("groep", "/quarantaine/lane"),
    _empty("stuk", "/quarantaine/stuk/1", 404),
    _empty("herstel", "/herstel"),
    _empty("plan", f"/herstel/{NOBODY}", 404),
    _empty("ketenpartners", "/ketenpartners"),
    _empty("partner", f"/ketenpartners/{TAX}"),
    _empty("beheer", "/beheer?datum=2020-01-01"),
    _empty("spoor", "/beheer/spoor?wat=planned"),
    _empty("controle", "/controle"),
    _empty("aanmelden", "/aanmelden", who=""),
)
WRONG: Final = (
    _wrong("filter", "/berichtenlog?dossier=zz&sinds=ooit", 400),
    _wrong("kenmerk", "/dossiers?kenmerk=zz", 400),
    _wrong("kenmerk-van-niemand", "/dossiers?kenmerk=0000000000", 404),
    _wrong("dag", "/beheer?datum=ooit", 400),
    _wrong("geen-groep", "/quarantaine/geen", 404),
    _wrong("geen-bewijs", "/berichten/{delivered}/logbewijs?regel=0", 404),
    _wrong("niet-van-de-uitgever", "/aanmelden/terug?state=x", 403, ""),
    _wrong("uitgever-weg", "/aanmelden/start", 503, "", "away"),
    *(_wrong(f"{one.name}-weg", one.path, 503, site="away") for one in EMPTY),
)
SIGHTS: Final = (*FILLED, *EMPTY, *WRONG)
