"""Two simulated creditors that speak HTTP, each in its own words: how each reads an order and writes an answer."""

from __future__ import annotations

from typing import Any, ClassVar, Protocol

from adapters.convenant.simulator_books import Asked, Said

Document = dict[str, Any]


class Words(Protocol):
    """The words of one house."""

    orders: str
    answers: str
    taken: str

    def asked(self, document: Document) -> Asked:
        """Read an order; KeyError or TypeError when it is none."""
        ...

    def received(self, asked: Asked) -> Document:
        """Say that it was received and that an answer follows."""
        ...

    def said(self, said: Said) -> Document:
        """Write an answer."""
        ...

    def waiting(self, answers: dict[str, Document]) -> Document:
        """Write the answers that wait."""
        ...

    def read(self, document: Document) -> list[str]:
        """Read which answers were taken in."""
        ...


class WaterBoard:
    """*Hoogheemraadschap van de Duinen*: *betaalpauzes* on an account."""

    orders = "/api/betaalpauzes"
    answers = "/api/berichten/ophalen"
    taken = "/api/berichten/verwerkt"
    _acts: ClassVar = {
        "PAUZEREN": "pauze",
        "WIJZIGEN": "wijziging",
        "HERVATTEN": "einde",
        "VERWIJDEREN": "intrekking",
        "MELDEN": "melding",
        "SALDO": "saldo",
        "VOORSTEL": "voorstel",
        "HEROVERWEGING": "heroverweging",
        "AKKOORD": "akkoord",
        "EINDE_REGELING": "afloop",
    }
    _outcomes: ClassVar = {
        "gedaan": "VERWERKT",
        "geweigerd": "GEWEIGERD",
        "bezig": "IN_BEHANDELING",
        "verkeerd": "VERKEERDE_KLANT",
        "hervat": "HERVAT",
        "vraag": "VRAAG",
    }
    _reasons: ClassVar = {
        "onbekend": "KLANT_ONBEKEND",
        "gegevens": "GEBOORTEDATUM_WIJKT_AF",
        "overgedragen": "OVERGEDRAGEN",
    }

    def asked(self, document: Document) -> Asked:
        """Read an order."""
        person = document.get("klant", {})
        return Asked(
            sleutel=document["opdracht"],
            handeling=self._acts[document["handeling"]],
            kenmerk=document["kenmerk"],
            volgorde=document["volgorde"],
            bsn=person.get("bsn"),
            geboortedatum=person.get("geboortedatum"),
            naam=f"{person.get('voorvoegsel', '')} {person.get('achternaam', '')}".strip(),
            klantnummer=person.get("klantnummer"),
            vanaf=document.get("vanaf"),
            tot=document.get("totEnMet"),
            reden=document.get("reden"),
            maatregel=document.get("melding", {}).get("maatregel"),
        )

    def received(self, asked: Asked) -> Document:
        """Say that it was received."""
        return {"opdracht": asked.sleutel, "ontvangen": True}

    def said(self, said: Said) -> Document:
        """Write an answer."""
        document: Document = {
            "opdracht": said.sleutel,
            "nummer": said.nummer,
            "resultaat": self._outcomes[said.uitslag],
            "klantnummer": said.klantnummer,
            "facturen": list(said.facturen),
            "gestopt": [one.upper() for one in said.gestopt],
            "looptDoor": [
                {
                    "stap": "DEURWAARDER",
                    "oorzaak": "BIJ_DEURWAARDER",
                    "bij": {"soort": "DEURWAARDER", "naam": one, "telefoon": "023-5550300"},
                }
                for one in said.bij_deurwaarder
            ],
            "versie": "2026.4",
        }
        if said.saldi:
            document["saldi"] = [
                {"factuur": number, "soort": kind.upper(), "bedrag": amount, "belemmering": impediment}
                | ({"bij": {"soort": "NIEUWE_SCHULDEISER", "naam": party}} if party else {})
                for number, kind, amount, impediment, party in said.saldi
            ]
        if said.bezwaar:
            document["bezwaar"] = {"saldo-gewijzigd": "SALDO"}[said.bezwaar]
        if said.reden:
            document["reden"] = self._reasons[said.reden]
        if said.opvolger:
            document["overgedragenAan"] = {"soort": "NIEUWE_SCHULDEISER", "naam": said.opvolger}
        return document

    def waiting(self, answers: dict[str, Document]) -> Document:
        """Write the answers that wait."""
        return {"berichten": [{"volgnummer": mark, "bericht": one} for mark, one in answers.items()]}

    def read(self, document: Document) -> list[str]:
        """Read which answers were taken in."""
        return list(document["volgnummers"])


class Municipality:
    """*Gemeente Zeewijk*: a *verzoek* in a *zaak*, answered by a *besluit*."""

    orders = "/zaken/v2/verzoeken"
    answers = "/zaken/v2/besluiten/zoeken"
    taken = "/zaken/v2/besluiten/gelezen"
    _acts: ClassVar = {
        "uitstel": "pauze",
        "wijziging": "wijziging",
        "beëindiging": "einde",
        "intrekking": "intrekking",
        "melding": "melding",
        "saldo-opgave": "saldo",
        "aanbod": "voorstel",
        "heroverweging": "heroverweging",
        "vaststelling": "akkoord",
        "afronding": "afloop",
    }
    _outcomes: ClassVar = {
        "gedaan": "toegewezen",
        "geweigerd": "afgewezen",
        "bezig": "aangehouden",
        "verkeerd": "vernietigd",
        "hervat": "ingetrokken",
        "vraag": "informatieverzoek",
    }
    _reasons: ClassVar = {
        "onbekend": "geen-debiteur",
        "gegevens": "persoonsgegevens-onjuist",
        "overgedragen": "gecedeerd",
    }
    _steps: ClassVar = {
        "herinnering": "1e-herinnering",
        "aanmaning": "laatste-aanmaning",
        "dwangbevel": "dwangbevel",
    }

    def asked(self, document: Document) -> Asked:
        """Read an order."""
        person = document.get("betrokkene", {})
        name = person.get("naam", {})
        return Asked(
            sleutel=document["verzoekreferentie"],
            handeling=self._acts[document["verzoeksoort"]],
            kenmerk=document["zaakidentificatie"],
            volgorde=document["regelnummer"],
            bsn=person.get("burgerservicenummer"),
            geboortedatum=person.get("geboorte", {}).get("datum"),
            naam=f"{name.get('voorvoegsel') or ''} {name.get('geslachtsnaam') or ''}".strip(),
            klantnummer=person.get("debiteurnummer"),
            vanaf=document["periode"]["begin"],
            tot=document["periode"]["eind"],
            reden=document.get("grondslagcode"),
            maatregel=document.get("incident", {}).get("maatregel"),
        )

    def received(self, asked: Asked) -> Document:
        """Say that it was received."""
        return {"verzoekreferentie": asked.sleutel, "zaakstatus": "ontvangen"}

    def said(self, said: Said) -> Document:
        """Write an answer."""
        document: Document = {
            "verzoekreferentie": said.sleutel,
            "versie": said.nummer,
            "uitspraak": self._outcomes[said.uitslag],
            "debiteurnummer": said.klantnummer,
            "aanslagnummers": list(said.facturen),
            "processtappen": [
                *({"processtap": self._steps[one], "status": "opgeschort"} for one in said.gestopt),
                *(
                    {
                        "processtap": "invordering-derden",
                        "status": "loopt",
                        "belemmering": "extern",
                        "uitvoerder": {"type": "gerechtsdeurwaarder", "organisatienaam": one},
                    }
                    for one in said.bij_deurwaarder
                ),
            ],
        }
        if said.saldi:
            states = {"open": "openstaand", "overgedragen": "gecedeerd"}
            document["schulden"] = [
                {"aanslagnummer": number, "toestand": states[kind], "restbedrag": amount, "beletsel": impediment}
                | ({"uitvoerder": {"type": "cessionaris", "organisatienaam": party}} if party else {})
                for number, kind, amount, impediment, party in said.saldi
            ]
        if said.bezwaar:
            document["bedenking"] = {"saldo-gewijzigd": "bedrag"}[said.bezwaar]
        if said.reden:
            document["motief"] = self._reasons[said.reden]
        if said.opvolger:
            document["rechtsopvolger"] = {"type": "cessionaris", "organisatienaam": said.opvolger}
        return document

    def waiting(self, answers: dict[str, Document]) -> Document:
        """Write the answers that wait."""
        return {"resultaten": [{"id": mark, "besluit": one} for mark, one in answers.items()]}

    def read(self, document: Document) -> list[str]:
        """Read which answers were taken in."""
        return list(document["ids"])


HOUSES: dict[str, Words] = {"waterschap": WaterBoard(), "gemeente": Municipality()}
