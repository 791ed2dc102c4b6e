"""Data minimisation, line by line of messages.md 5: what the recipient may not have is refused before it is sealed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from adapters import minimisation
from adapters.contract import Identity, Office
from adapters.edge import Edge
from adapters.ledger import OUTBOX, Ledger
from hub.clock import new_pseudonym
from hub.errors import Code, RefusedError
from hub.register.current import CurrentKeys, CurrentRegister
from hub.register.file import RegisterFile
from hub.register.governance import load_governance
from hub.wire.link import LinkSettings
from schemas.catalogue import CATALOGUE
from schemas.messages import MODELS, BalanceRequest
from tests.world import (
    BEW,
    CRED,
    CRED_WITHOUT_BSN,
    KBN,
    MUN,
    NOW,
    SHV,
    TAX,
    VISH,
    VOL,
    FixedClock,
    World,
    full_type,
    make_world,
)

EXAMPLES = Path(__file__).parents[3] / "schemas" / "v1" / "examples"
BSN = "999000111"


@pytest.fixture(scope="module")
def world() -> World:
    return make_world()


def refused(world: World, name: str, data: Mapping[str, Any], *, to: str, sender: str = SHV) -> tuple[Code, str | None]:
    """Why this is not said."""
    with pytest.raises(RefusedError) as error:
        minimisation.check(world.register, sender, to, CATALOGUE[full_type(name)], data, NOW)
    return error.value.code, error.value.place


def said(world: World, name: str, data: Mapping[str, Any], *, to: str, sender: str = SHV) -> None:
    """This may be said."""
    minimisation.check(world.register, sender, to, CATALOGUE[full_type(name)], data, NOW)


def allowing(name: str, sender: str, recipient: str, *, bsn: bool = False, basis: str = "wgs-8") -> World:
    """The world in which an agreement allows one type more."""

    def edit(document: dict[str, Any]) -> None:
        line = {"type": full_type(name), "senderRole": sender, "recipientRole": recipient, "replyTypes": [], "bsn": bsn}
        more = document["agreements"][0] | {"id": "meer", "legalBasis": basis, "lines": [line]}
        document["agreements"].append(more)

    return make_world(edit=edit)


# — each without a configured legal basis is refused ——————————————————————————————————————————————————————————————


def test_what_no_agreement_allows_is_refused(world: World) -> None:
    assert refused(world, "kennisgeving", {}, to=VISH) == (Code.NO_AGREEMENT, "type")
    assert refused(world, "saldoverzoek", {}, to=VOL) == (Code.NO_AGREEMENT, "type")
    assert refused(world, "fasewijziging", {}, to=SHV, sender=MUN) == (Code.NO_AGREEMENT, "type")
    assert refused(world, "statusbericht", {}, to="00000099000000009999") == (Code.UNKNOWN_RECIPIENT, None)


def test_an_agreement_without_a_legal_basis_allows_nothing() -> None:
    bare = allowing("fasewijziging", "SHV", "KBN", basis=" ")
    assert refused(bare, "fasewijziging", {}, to=KBN) == (Code.NO_AGREEMENT, "type")
    said(allowing("fasewijziging", "SHV", "KBN"), "fasewijziging", {}, to=KBN)


def test_answers_and_closing_messages_go_on_where_a_question_was_allowed() -> None:
    def edit(document: dict[str, Any]) -> None:
        document["agreements"][0]["until"] = "2026-11-01"

    ended = make_world(edit=edit)
    said(ended, "kennisgeving-antwoord", {}, to=SHV, sender=TAX)
    said(ended, "pauze-beeindiging", {}, to=TAX)
    assert refused(ended, "kennisgeving-publiek", {}, to=TAX) == (Code.NO_AGREEMENT, "type")
    assert refused(ended, "pauze-verlenging", {}, to=TAX) == (Code.NO_AGREEMENT, "type")


# — BSN ————————————————————————————————————————————————————————————————————————————————————————————————————————————


@pytest.mark.parametrize(
    ("name", "sender", "to"),
    [
        ("schuldenrust-aanmelding", SHV, VISH),
        ("kennisgeving-publiek", SHV, TAX),
        ("kennisgeving-publiek", SHV, CRED),
        ("verwijzing", SHV, KBN),
        ("verwijzing", SHV, BEW),
        ("bewind-gestart", BEW, SHV),
    ],
)
def test_a_bsn_goes_to_who_may_have_it(world: World, name: str, sender: str, to: str) -> None:
    said(world, name, {"bsn": BSN}, to=to, sender=sender)


def test_a_bsn_never_goes_to_a_private_creditor_or_a_volunteer(world: World) -> None:
    public = "kennisgeving-publiek"
    assert refused(world, public, {"bsn": BSN}, to=CRED_WITHOUT_BSN) == (Code.BSN_NOT_ALLOWED, "/bsn")
    assert refused(world, "verwijzing", {"bsn": BSN}, to=VOL) == (Code.BSN_NOT_ALLOWED, "/bsn")
    trusted = allowing("verwijzing", "SHV", "VOL", bsn=True)
    assert refused(trusted, "verwijzing", {"bsn": BSN}, to=VOL) == (Code.BSN_NOT_ALLOWED, "/bsn")


def test_a_bsn_goes_only_where_the_agreement_says_so_too(world: World) -> None:
    assert refused(world, "statusbericht", {"diep": [{"bsn": BSN}]}, to=TAX) == (Code.BSN_NOT_ALLOWED, "/diep/0/bsn")


def test_a_number_in_free_text_that_may_be_a_bsn_is_refused_where_none_may_be(world: World) -> None:
    told = {"status": "overig", "toelichting": f"Het gaat om {BSN}."}
    assert refused(world, "statusbericht", told, to=CRED_WITHOUT_BSN) == (Code.BSN_NOT_ALLOWED, "/toelichting")
    said(world, "statusbericht", told, to=TAX)


# — totals of debt ————————————————————————————————————————————————————————————————————————————————————————————————


@pytest.mark.parametrize(("role", "to"), [("VOL", VOL), ("VISH", VISH), ("MUN", MUN)])
def test_totals_of_debt_never_go_to_volunteers_vish_or_the_municipality(role: str, to: str) -> None:
    data = {"vorderingen": [{"factuurnummer": "F1"}, {"factuurnummer": "F2", "openstaand": "1200.00"}]}
    wider = allowing("saldoverzoek-antwoord", "SHV", role)
    expected = (Code.FIELD_NOT_ALLOWED, "/vorderingen/1/openstaand")
    assert refused(wider, "saldoverzoek-antwoord", data, to=to) == expected


def test_totals_of_debt_go_to_kbn_and_shv_and_a_creditor_sees_its_own_claims(world: World) -> None:
    data = {"vorderingen": [{"openstaand": "1200.00"}]}
    said(world, "saldoverzoek-antwoord", data, to=SHV, sender=CRED)
    said(world, "saldoverzoek-antwoord", data, to=KBN, sender=TAX)
    said(world, "betaalvoorstel", {"vorderingen": [{"prognoseBedrag": "1.00"}]}, to=CRED)


def test_what_somebody_has_and_owes_as_a_whole_goes_to_who_advises() -> None:
    data = {"boedelbeschrijving": "Alles.", "planVanAanpak": "Plan."}
    said(make_world(), "bewind-dossier", data, to=SHV, sender=BEW)
    wider = allowing("bewind-dossier", "BEW", "VOL")
    assert refused(wider, "bewind-dossier", data, to=VOL, sender=BEW)[0] is Code.FIELD_NOT_ALLOWED


# — why help ended, partners, health ———————————————————————————————————————————————————————————————————————————————


@pytest.mark.parametrize("name", ["pauze-beeindiging", "schuldregeling-beeindigd"])
@pytest.mark.parametrize("to", [TAX, CRED])
def test_why_help_ended_is_only_a_class_to_who_collects(world: World, name: str, to: str) -> None:
    said(world, name, {"klasse": "beeindigd"}, to=to)
    told = {"klasse": "beeindigd", "reden": "niet-verschenen"}
    assert refused(world, name, told, to=to) == (Code.FIELD_NOT_ALLOWED, "/reden")


def test_vish_hears_no_reason_either(world: World) -> None:
    told = {"klasse": "beeindigd", "reden": "zelf"}
    assert refused(world, "schuldenrust-afmelding", told, to=VISH) == (Code.FIELD_NOT_ALLOWED, "/reden")


@pytest.mark.parametrize("member", ["partner", "gezin", "gezondheid", "verslaving"])
@pytest.mark.parametrize(("name", "to"), [("verwijzing", KBN), ("kennisgeving-publiek", CRED)])
def test_partners_who_are_no_client_family_and_health_go_to_nobody(
    world: World, member: str, name: str, to: str
) -> None:
    assert refused(world, name, {member: "x"}, to=to) == (Code.FIELD_NOT_ALLOWED, f"/{member}")


def test_what_became_of_help_is_never_for_who_collects() -> None:
    wider = allowing("verwijzing-status", "SHV", "CRED")
    told = {"status": "afgerond", "uitkomst": "geholpen"}
    assert refused(wider, "verwijzing-status", told, to=CRED) == (Code.FIELD_NOT_ALLOWED, "/uitkomst")


# — the table and the edge —————————————————————————————————————————————————————————————————————————————————————————


def test_every_rule_says_why_and_names_roles_and_types_that_exist() -> None:
    known = {"VISH", "TAX", "CRED", "KBN", "BEW", "SHV", "MUN", "VOL", "VES"}
    names = {kind.name for kind in CATALOGUE.values()}
    for rule in minimisation.minimisation().rules:
        assert rule.why.endswith(".")
        assert rule.to <= known
        assert rule.types <= names
        assert rule.members


def test_the_example_of_every_message_may_be_said_along_some_line_of_the_catalogue(world: World) -> None:
    by_role = {"SHV": SHV, "VISH": VISH, "TAX": TAX, "CRED": CRED, "KBN": KBN, "BEW": BEW, "VOL": VOL, "MUN": MUN}
    lines = [line for agreement in world.register.agreements for line in agreement.lines]
    tried = set()
    for line in lines:
        kind = CATALOGUE[line.type]
        data = json.loads((EXAMPLES / f"{kind.name}.json").read_bytes())
        if line.recipient_role == "VOL" and "bsn" in data:
            continue
        sender, to = by_role[line.sender_role], by_role[line.recipient_role]
        minimisation.check(world.register, sender, to, kind, data, NOW)
        tried.add(kind.type)
    assert tried == set(MODELS)


def test_the_edge_refuses_before_anything_is_written(world: World, tmp_path: Path) -> None:
    world.write(tmp_path)
    governance = load_governance((tmp_path / "governance.jwk").read_bytes())
    register = CurrentRegister(RegisterFile(tmp_path / "register.jws", governance, tmp_path / "floor"))
    ledger = Ledger(f"sqlite:///{tmp_path}/ledger.db")
    office = Office(register, CurrentKeys(tmp_path / SHV / "keys", SHV, register), FixedClock())
    nowhere = LinkSettings("amqps://localhost:1/hub", tmp_path, tmp_path, tmp_path)
    edge = Edge(Identity(SHV, "proef", "inbox"), ledger, office, nowhere)
    request = BalanceRequest.from_wire(json.loads((EXAMPLES / "saldoverzoek.json").read_bytes()))
    with ledger.begin() as tx:
        case, talk = new_pseudonym(), new_pseudonym()
        with pytest.raises(RefusedError) as error:
            edge.publish(tx, request, to=CRED_WITHOUT_BSN, case=case, conversation=talk)
        assert (error.value.code, error.value.place) == (Code.BSN_NOT_ALLOWED, "/bsn")
        with pytest.raises(RefusedError):
            edge.publish(tx, request, to=VOL, case=case, conversation=talk)
        assert tx.execute(OUTBOX.select()).all() == []
        edge.publish(tx, request, to=CRED, case=case, conversation=talk)
        assert len(tx.execute(OUTBOX.select()).all()) == 1
    ledger.close()
