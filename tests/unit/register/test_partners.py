"""Letting a partner in: what an application must hold, and that its bundle is public through and through."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from hub.errors import Code, RefusedError
from hub.register.certificates import Authority, new_authority, new_broker_identity
from hub.register.inboxes import InboxFile
from hub.register.partners import Application, Broker, Bundle, Trust, admit, partners_of, states
from hub.wire import strictjson
from hub.wire.jwk import PRIVATE_MEMBERS, public_jwk
from hub.wire.keys import Suite
from tests.world import HUB, NOW, TAX, VISH, World, make_world, new_key

NEW = "00000099000000009600"
BROKER = Broker("amqps://broker.example.test:5671")


@pytest.fixture(scope="module")
def world() -> World:
    """A register that does not know the new partner yet."""
    return make_world()


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """A fresh CA."""
    return new_authority(tmp_path / "ca", NOW)


@pytest.fixture
def inboxes(tmp_path: Path) -> InboxFile:
    """No names yet."""
    return InboxFile(tmp_path / "inboxes.json")


def trust(world: World) -> Trust:
    """What everybody pins."""
    return Trust(world.body, strictjson.dumps(public_jwk(world.governance_jwk)), world.register)


def jwks(*keys: Mapping[str, Any]) -> bytes:
    """A JWK set of these keys as they are."""
    return json.dumps({"keys": list(keys)}).encode()


def public_keys(oin: str = NEW, suites: tuple[Suite, Suite] = ("Ed25519", "X25519")) -> list[dict[str, object]]:
    """One public key to verify with and one to seal to."""
    return [public_jwk(new_key(oin, suite)) for suite in suites]


def application(folder: Path, oin: str = NEW, keys: bytes | None = None, name: str = "Kredietbank") -> Application:
    """What a partner hands over, its private key in `folder`."""
    request = new_broker_identity(oin, folder / "partner").read_bytes()
    return Application(oin, name, request, keys if keys is not None else jwks(*public_keys(oin)))


def let_in(world: World, authority: Authority, inboxes: InboxFile, asked: Application) -> Bundle:
    """Admit it now."""
    return admit(asked, authority, inboxes, BROKER, trust(world), NOW)


def test_a_bundle_holds_what_a_partner_needs(
    world: World, authority: Authority, inboxes: InboxFile, tmp_path: Path
) -> None:
    bundle = let_in(world, authority, inboxes, application(tmp_path))
    bundle.write(tmp_path / "out")
    files = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert files.keys() == {
        "broker.crt.pem",
        "ca.crt.pem",
        "register.jws",
        "governance.pub.jwk.json",
        "partner.json",
    }
    assert json.loads(files["partner.json"]) == {
        "oin": NEW,
        "name": "Kredietbank",
        "user": f"p-{NEW}",
        "broker": "amqps://broker.example.test:5671",
        "vhost": "hub",
        "inbox": inboxes.load()[NEW],
        "registerVersion": 1,
    }
    assert files["register.jws"] == world.body
    certificate = x509.load_pem_x509_certificate(files["broker.crt.pem"])
    certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(files["ca.crt.pem"]))


def test_a_bundle_holds_nothing_private(world: World, authority: Authority, inboxes: InboxFile, tmp_path: Path) -> None:
    files = let_in(world, authority, inboxes, application(tmp_path)).files()
    assert not [name for name, content in files.items() if b"PRIVATE" in content]
    assert not PRIVATE_MEMBERS & json.loads(files["governance.pub.jwk.json"]).keys()


def test_the_certificate_fits_the_key_that_never_left(
    world: World, authority: Authority, inboxes: InboxFile, tmp_path: Path
) -> None:
    asked = application(tmp_path)
    certificate = x509.load_pem_x509_certificate(let_in(world, authority, inboxes, asked).certificate)
    assert certificate.public_key() == x509.load_pem_x509_csr(asked.request).public_key()


def test_a_partner_that_asks_again_keeps_its_inbox_and_gets_a_new_certificate(
    world: World, authority: Authority, inboxes: InboxFile, tmp_path: Path
) -> None:
    first = let_in(world, authority, inboxes, application(tmp_path / "a"))
    second = let_in(world, authority, inboxes, application(tmp_path / "b"))
    assert first.inbox == second.inbox
    assert first.certificate != second.certificate


@pytest.mark.parametrize("suites", [("ES256", "P-256"), ("PS256", "RSA-OAEP-256")])
def test_every_kind_of_key_of_the_protocol_is_taken(
    suites: tuple[Suite, Suite], world: World, authority: Authority, inboxes: InboxFile, tmp_path: Path
) -> None:
    keys = jwks(*public_keys(suites=suites))
    assert let_in(world, authority, inboxes, application(tmp_path, keys=keys)).inbox


SIGN, SEAL = public_keys()
REFUSED_KEYS = {
    "a private key": (jwks(new_key(NEW, "Ed25519"), SEAL), "keys/0/private"),
    "a private key to open with": (jwks(SIGN, new_key(NEW, "X25519")), "keys/1/private"),
    "a shared secret": (jwks({**SIGN, "k": "c2VjcmV0"}, SEAL), "keys/0/private"),
    "no key to seal to": (jwks(SIGN), "wants sig and enc"),
    "no key to verify with": (jwks(SEAL), "wants sig and enc"),
    "no key": (jwks(), "wants sig and enc"),
    "a kid twice": (jwks(SIGN, SEAL, SIGN), "each kid once"),
    "another's kid": (jwks({**SIGN, "kid": f"{TAX}/sig/a"}, SEAL), "keys/0/kid"),
    "a kid for the other use": (jwks({**SIGN, "kid": f"{NEW}/enc/b"}, SEAL), "keys/0/kid"),
    "a kid of wrong form": (jwks({**SIGN, "kid": "a"}, SEAL), "keys/0/kid"),
    "no kid": (jwks({name: value for name, value in SIGN.items() if name != "kid"}, SEAL), "keys/0 wants"),
    "no algorithm": (jwks({name: value for name, value in SIGN.items() if name != "alg"}, SEAL), "keys/0 wants"),
    "an algorithm for another kind of key": (jwks({**SIGN, "alg": "ES256"}, SEAL), "keys/0/alg"),
    "a point of wrong length": (jwks({**SIGN, "x": "AAAA"}, SEAL), "keys/0/x"),
    "no object": (jwks(SIGN, SEAL)[:-1], "strict JSON"),
    "a member twice": (b'{"keys":[],"keys":[]}', "strict JSON"),
    "no list": (b'{"keys":{}}', "jwks: keys"),
    "a list of something else": (b'{"keys":[1]}', "keys/0"),
    "too much": (jwks(SIGN, SEAL) + b" " * 65_536, "size"),
}


@pytest.mark.parametrize("case", REFUSED_KEYS)
def test_keys_that_do_not_fit_are_refused(
    case: str, world: World, authority: Authority, inboxes: InboxFile, tmp_path: Path
) -> None:
    keys, place = REFUSED_KEYS[case]
    with pytest.raises(RefusedError, match=place) as refused:
        let_in(world, authority, inboxes, application(tmp_path, keys=keys))
    assert refused.value.code is Code.KEY_INVALID
    assert not authority.issued()
    assert inboxes.load() == {}


def test_a_request_for_another_partner_is_refused(
    world: World, authority: Authority, inboxes: InboxFile, tmp_path: Path
) -> None:
    asked = Application(NEW, "x", application(tmp_path, oin=TAX).request, jwks(*public_keys()))
    with pytest.raises(RefusedError, match=f"CN=p-{NEW}"):
        let_in(world, authority, inboxes, asked)


@pytest.mark.parametrize(("oin", "name"), [("x", "Kredietbank"), (NEW, " "), (NEW, "a\nb"), (NEW, "a" * 201)])
def test_an_oin_or_name_of_wrong_form_is_refused(oin: str, name: str, tmp_path: Path) -> None:
    request = new_broker_identity(NEW, tmp_path / "partner").read_bytes()
    with pytest.raises(RefusedError) as refused:
        Application(oin, name, request, jwks(SIGN, SEAL)).checked_keys()
    assert refused.value.code is Code.SETTINGS_INVALID


def test_an_oin_outside_the_test_range_is_refused_in_a_test_register(
    world: World, authority: Authority, inboxes: InboxFile, tmp_path: Path
) -> None:
    with pytest.raises(RefusedError, match="environment test"):
        let_in(world, authority, inboxes, application(tmp_path, oin="00000001000000005000"))


def test_another_key_under_a_kid_of_the_register_is_refused(
    world: World, authority: Authority, inboxes: InboxFile, tmp_path: Path
) -> None:
    with pytest.raises(RefusedError, match="another key in the register"):
        let_in(world, authority, inboxes, application(tmp_path, oin=TAX))


def test_the_hub_itself_and_who_left_have_no_inbox() -> None:
    def end(document: dict[str, Any]) -> None:
        document["organisations"][2]["status"] = "ended"

    oins = {organisation.oin for organisation in partners_of(make_world(edit=end).register)}
    assert HUB not in oins
    assert VISH not in oins
    assert TAX in oins


def test_the_list_shows_who_lacks_what(world: World, authority: Authority, inboxes: InboxFile, tmp_path: Path) -> None:
    let_in(world, authority, inboxes, application(tmp_path))
    found = {state.oin: state for state in states(world.register, inboxes.load(), authority)}
    assert found[NEW].inbox == inboxes.load()[NEW]
    assert found[NEW].certificate_ends == NOW + timedelta(days=397)
    assert (found[NEW].name, found[NEW].key_ends) == (None, None)
    assert (found[TAX].name, found[TAX].inbox, found[TAX].certificate_ends) == ("GBKZ", None, None)
    assert found[TAX].key_ends is not None
