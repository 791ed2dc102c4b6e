"""A stranger's software: a partner's own implementation of the protocol, on aio-pika and cryptography alone.

It imports nothing of the hub, the adapters or the schemas, so it shows that the protocol can be met from its
description, and it sends what our own edge never would. Run as a process of its own:

    python -m adapters.demo.foreign --url amqps://… --folder FOLDER --plan PLAN.json

`PLAN.json` names who we are, whom we write to, and the payload. One JSON line per deed goes to stdout: what was sent
and what came back.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import hashlib
import json
import os
import secrets
import ssl
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4  # noqa: TID251 - a stranger makes ids as it likes

import aio_pika
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import aes_key_wrap
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

WAIT_S = 15.0


def b64(data: bytes) -> str:
    """Base64url without padding (RFC 7515)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """The bytes of base64url without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def compact(value: object) -> bytes:
    """JSON without white space."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


@dataclass(frozen=True)
class Signer:
    """An Ed25519 key with its name."""

    kid: str
    key: Ed25519PrivateKey

    def sign(self, payload: bytes, typ: str, cty: str | None = None) -> str:
        """A compact JWS."""
        header = {"alg": "Ed25519", "kid": self.kid, "typ": typ} | ({"cty": cty} if cty else {})
        signing_input = f"{b64(compact(header))}.{b64(payload)}"
        return f"{signing_input}.{b64(self.key.sign(signing_input.encode()))}"


def encrypt(plaintext: bytes, kid: str, recipient: X25519PublicKey) -> str:
    """A compact JWE: ECDH-ES+A256KW over X25519, A256GCM (RFC 7516, 7518, 8037)."""
    ephemeral = X25519PrivateKey.generate()
    shared = ephemeral.exchange(recipient)
    wrap = b"ECDH-ES+A256KW"
    # Concat KDF (RFC 7518 4.6.2): algorithm, no party information, 256 bits
    info = len(wrap).to_bytes(4, "big") + wrap + bytes(8) + (256).to_bytes(4, "big")
    wrapping_key = hashlib.sha256((1).to_bytes(4, "big") + shared + info).digest()
    content_key = secrets.token_bytes(32)
    public = ephemeral.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    header = {
        "alg": "ECDH-ES+A256KW",
        "enc": "A256GCM",
        "kid": kid,
        "typ": "hub-sealed+jwe",
        "cty": "hub-event+jws",
        "epk": {"kty": "OKP", "crv": "X25519", "x": b64(public)},
    }
    protected = b64(compact(header))
    nonce = secrets.token_bytes(12)
    sealed = AESGCM(content_key).encrypt(nonce, plaintext, protected.encode())
    parts = (aes_key_wrap(wrapping_key, content_key), nonce, sealed[:-16], sealed[-16:])
    return ".".join([protected, *(b64(part) for part in parts)])


@dataclass(frozen=True)
class Letter:
    """A finished body with the AMQP properties that must equal its signed values."""

    body: bytes
    id: str
    type: str
    correlation: str


class Stranger:
    """One partner with a certificate, a signing key and an inbox."""

    def __init__(self, plan: dict[str, Any], folder: Path, channel: aio_pika.abc.AbstractChannel) -> None:
        self.plan = plan
        self.oin = str(plan["oin"])
        jwk = json.loads((folder / "keys" / str(plan["signingKey"])).read_bytes())
        self.signer = Signer(jwk["kid"], Ed25519PrivateKey.from_private_bytes(unb64(jwk["d"])))
        self.channel = channel
        self.answers: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.turned_away: asyncio.Queue[str] | None = None
        """Once it is there, whatever comes is refused at the broker and noted here."""

    def letter(self, data: dict[str, Any], *, signer: Signer | None = None, message_id: str | None = None) -> Letter:
        """A message to the recipient of the plan."""
        signer = signer or self.signer
        now = datetime.now(UTC)  # noqa: TID251 - a stranger has its own clock
        name = str(self.plan["type"])
        attributes = {
            "specversion": "1.0",
            "id": message_id or str(uuid4()),
            "source": f"urn:nld:oin:{self.oin}:systeem:vreemd",
            "type": f"nl.schuldhulpverlening.{name}.v1",
            "subject": f"urn:uuid:{uuid4()}",
            "recipient": f"urn:nld:oin:{self.plan['to']}",
            "correlationid": str(uuid4()),
            "time": f"{now:%Y-%m-%dT%H:%M:%SZ}",
            "expirytime": f"{now + timedelta(days=7):%Y-%m-%dT%H:%M:%SZ}",
            "dataschema": f"urn:hub:schema:{name}:1.0.0",
        }
        event = compact({**attributes, "datacontenttype": "application/json", "data": data})
        event = event.ljust(-(-len(event) // 1024) * 1024)
        document = signer.sign(event, "hub-event+jws", "cloudevents+json")
        recipient = X25519PublicKey.from_public_bytes(unb64(str(self.plan["recipientKey"]["x"])))
        sealed = encrypt(document.encode(), str(self.plan["recipientKey"]["kid"]), recipient)
        envelope = compact({**attributes, "datacontenttype": "application/jose", "data": sealed})
        body = signer.sign(envelope, "hub-envelope+jws", "cloudevents+json").encode()
        return Letter(body, attributes["id"], attributes["type"], attributes["correlationid"])

    async def send(self, letter: Letter, *, kept_for: timedelta | None = None) -> None:
        """Publishes it as ourselves; `kept_for` asks the broker to give it up after that."""
        exchange = await self.channel.get_exchange("hub.in", ensure=False)
        message = aio_pika.Message(
            letter.body,
            content_type="application/jose",
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            message_id=letter.id,
            type=letter.type,
            correlation_id=letter.correlation,
            user_id=f"p-{self.oin}",
            expiration=kept_for,
        )
        await exchange.publish(message, routing_key=f"p-{self.oin}.{letter.type}", timeout=WAIT_S)

    async def listen(self) -> None:
        """Collects what comes into our inbox; receipts are read without verifying, which a real partner must not do."""
        queue = await self.channel.get_queue(str(self.plan["inbox"]), ensure=False)
        await queue.consume(self._on_message)

    async def _on_message(self, message: aio_pika.abc.AbstractIncomingMessage) -> None:
        header, payload, _ = message.body.decode().split(".")
        typ = json.loads(unb64(header))["typ"]
        if self.turned_away is not None:
            await message.reject(requeue=False)
            self.turned_away.put_nowait(typ)
            return
        for receipt in json.loads(unb64(payload)).get("receipts", []):
            await self.answers.put({"typ": typ, **receipt})
        await message.ack()

    async def answer_to(self, message_id: str, typ: str) -> dict[str, Any]:
        """The receipt of this kind about that message; others that come meanwhile are put aside."""
        aside = []
        async with asyncio.timeout(WAIT_S):
            while True:
                answer = await self.answers.get()
                if answer["ref"] == message_id and answer["typ"] == typ:
                    break
                aside.append(answer)
        for other in aside:
            self.answers.put_nowait(other)
        return answer


def report(deed: str, answer: dict[str, Any]) -> None:
    """One line per deed."""
    said = {name: answer[name] for name in ("typ", "decision", "result", "code") if name in answer}
    sys.stdout.write(json.dumps({"deed": deed, **said}) + "\n")
    sys.stdout.flush()


HUB, RECIPIENT = "hub-receipt+jws", "recipient-receipt+jws"


async def misbehave(me: Stranger) -> Letter:
    """Sends an honest message, which is returned, and then everything that must be refused."""
    data = me.plan["data"]
    honest = me.letter(data)
    await me.send(honest)
    report("honest", await me.answer_to(honest.id, HUB))
    report("honest", await me.answer_to(honest.id, RECIPIENT))

    await me.send(honest)
    report("replayed", await me.answer_to(honest.id, HUB))

    captured = str(me.plan["captured"])
    header, payload, _ = captured.split(".")
    said = json.loads(unb64(payload))
    await me.send(Letter(captured.encode(), said["id"], said["type"], said["correlationid"]))
    report("replayed-from-another", await me.answer_to(said["id"], HUB))

    letter = me.letter(data)
    header, payload, signature = letter.body.decode().split(".")
    changed = {**json.loads(unb64(payload)), "recipient": f"urn:nld:oin:{me.oin}"}
    await me.send(
        Letter(f"{header}.{b64(compact(changed))}.{signature}".encode(), letter.id, letter.type, letter.correlation)
    )
    report("tampered", await me.answer_to(letter.id, HUB))

    letter = me.letter(data, signer=Signer(f"{me.oin}/sig/unknown", Ed25519PrivateKey.generate()))
    await me.send(letter)
    report("unknown-sender", await me.answer_to(letter.id, HUB))

    letter = me.letter(data, message_id=honest.id)
    await me.send(letter)
    report("id-reused", await me.answer_to(honest.id, HUB))

    letter = me.letter({**data, "bsn": "123456789"})
    await me.send(letter)
    report("schema-invalid", await me.answer_to(letter.id, RECIPIENT))
    return honest


async def leave_evidence(me: Stranger, honest: Letter) -> None:
    """What the hub can neither carry nor refuse: a body that its database does not take, answers that nobody wants."""
    await me.send(me.letter(me.plan["data"], message_id=str(me.plan["unwritable"])))
    report("unwritable", {})

    me.turned_away = asyncio.Queue()
    await me.send(honest)
    async with asyncio.timeout(WAIT_S):
        for typ in [await me.turned_away.get() for _ in (HUB, RECIPIENT)]:
            report("turned-away", {"typ": typ})


async def be_hasty(me: Stranger) -> None:
    """Asks the broker to keep a message for a millisecond, while nobody reads."""
    await me.send(me.letter(me.plan["data"]), kept_for=timedelta(milliseconds=1))
    report("hasty", {})


async def run(url: str, folder: Path, plan: dict[str, Any]) -> None:
    """Connects as the partner of the plan and does its deeds."""
    context = ssl.create_default_context(cafile=folder / "ca.crt.pem")
    context.load_cert_chain(folder / "broker.crt.pem", folder / "broker.key.pem")
    connection = await aio_pika.connect(f"{url}?auth=EXTERNAL", ssl_context=context, timeout=WAIT_S)
    async with connection:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        me = Stranger(plan, folder, channel)
        if plan["hasty"]:
            await be_hasty(me)
            return
        await me.listen()
        await leave_evidence(me, await misbehave(me))


def main() -> int:
    """The process."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--url", required=True)
    parser.add_argument("--folder", required=True, type=Path)
    parser.add_argument("--plan", required=True, type=Path)
    given = parser.parse_args()
    asyncio.run(run(given.url, given.folder, json.loads(given.plan.read_bytes())))
    return os.EX_OK


if __name__ == "__main__":
    sys.exit(main())
