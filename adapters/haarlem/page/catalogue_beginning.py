"""The forms of the acts that begin something: a case, a party more, a person more."""

from __future__ import annotations

from typing import Final

from adapters.haarlem import acts
from adapters.haarlem.desk.counter import Act
from adapters.haarlem.page.deeds import ActForm
from adapters.haarlem.page.fields import Field, Group, Kind, Source
from adapters.haarlem.page.parts import CONTACT, DAY, PHASE_CHOICES, business_fields, creditor_fields, person_fields
from adapters.haarlem.requests import NewPersonRequest, PartyRequest, RegisterRequest

CREDITOR_ROWS: Final = 5

REGISTER: Final = ActForm(
    "nieuw",
    "Schuldenrust aanmelden",
    Act.REGISTER,
    RegisterRequest,
    lambda deed: acts.register(deed.helper, deed.tx, deed.request),
    (
        Group(
            "Zaak",
            (
                Field("/klantnummerShv", "Zaaknummer", required=True),
                Field(
                    "/gemeentecode",
                    "Verantwoordelijke gemeente",
                    Kind.CHOICE,
                    choices=Source.MUNICIPALITIES,
                    required=True,
                ),
                Field("/fase", "Fase", Kind.CHOICE, choices=PHASE_CHOICES, required=True),
                Field("/urgent", "Er dreigt ontruiming, afsluiting of einde van de zorgverzekering", Kind.CHECK),
                Field(
                    "/belastinggemeenten",
                    "Belastingschuld kan er zijn in",
                    Kind.SEVERAL,
                    "Gemeenten van nu en van eerder. Niets aangevinkt: alleen de verantwoordelijke.",
                    Source.MUNICIPALITIES,
                ),
                Field("/ingangsdatum", "Ingangsdatum", Kind.DAY, f"{DAY}. Leeg: vandaag."),
                Field("/einddatum", "Einddatum", Kind.DAY, f"{DAY}. Leeg: bij elke partij het maximum."),
            ),
        ),
        Group("Persoon", person_fields("/personen/0")),
        Group("Onderneming", business_fields("/personen/0/onderneming"), folded=True),
        Group(
            "Partner",
            person_fields("/personen/1", required=False),
            folded=True,
        ),
        *(
            Group(f"Schuldeiser {row + 1}", creditor_fields(f"/schuldeisers/{row}"), folded=row > 0)
            for row in range(CREDITOR_ROWS)
        ),
        CONTACT,
        Group(
            "Bijzonder",
            (Field("/tweedeZaak", "Er loopt al een zaak en er moet echt een tweede komen", Kind.CHECK),),
            folded=True,
        ),
    ),
    "VISH en het belastingkantoor van elke gemeente horen het vanzelf. Voeg meer dan vijf schuldeisers daarna toe.",
    "De schuldenrust is aangemeld.",
)

ADDING: Final = (
    ActForm(
        "partij-toevoegen",
        "Partij toevoegen",
        Act.ADD_PARTY,
        PartyRequest,
        lambda deed: acts.add_party(deed.helper, deed.tx, deed.case_id, deed.request),
        (
            Group("Schuldeiser", creditor_fields("/schuldeiser")),
            Group(
                "Of een belastingkantoor",
                (Field("/belastinggemeente", "Gemeente", Kind.CHOICE, choices=Source.MUNICIPALITIES),),
            ),
            Group("Of VISH", (Field("/vish", "Aanmelden in VISH", Kind.CHECK),)),
        ),
        "Vul één van de drie in.",
        "De partij is toegevoegd.",
    ),
    ActForm(
        "persoon-toevoegen",
        "Partner toevoegen",
        Act.ADD_PERSON,
        NewPersonRequest,
        lambda deed: acts.add_person(deed.helper, deed.tx, deed.case_id, deed.request),
        (
            Group("Persoon", person_fields("/persoon")),
            Group("Onderneming", business_fields("/persoon/onderneming"), folded=True),
            Group(
                "Bijzonder",
                (Field("/tweedeZaak", "Deze persoon heeft al een zaak en krijgt er echt een bij", Kind.CHECK),),
                folded=True,
            ),
        ),
        done="De partner is toegevoegd.",
    ),
)
