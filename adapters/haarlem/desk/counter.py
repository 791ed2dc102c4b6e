"""How a call is handled: carried out, written in the access log, and only then answered.

The line in the access log commits with the act; what is refused is written down on its own. If it cannot be written,
nothing is answered. A POST is done once for its idempotency key: the second time the first answer is given again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from adapters.api.trouble import Trouble, TroubleError
from adapters.haarlem.book import DebtHelper
from adapters.haarlem.desk import store
from adapters.haarlem.desk.access import Caller
from adapters.haarlem.desk.problems import status_of
from adapters.haarlem.desk.store import KeptAnswer
from adapters.haarlem.refusals import ActRefusedError, not_allowed
from adapters.haarlem.store import Transaction
from hub.errors import Code, RefusedError
from schemas.document import Document


class Act(StrEnum):
    """Everything that the access log knows, by name."""

    REGISTER = "aanmelden"
    ADD_PARTY = "partij-toevoegen"
    ADD_PERSON = "persoon-toevoegen"
    END_CASE = "zaak-beeindigen"
    END_PERSON = "persoon-beeindigen"
    END_PARTY = "partij-beeindigen"
    SPLIT = "afsplitsen"
    CORRECT = "corrigeren"
    EXTEND = "verlengen"
    REPEAT = "herhalen"
    LETTER = "rustbrief-maken"
    REPORT_FACTS = "trajectfeiten-melden"
    SETTLE_CALL = "belpunt-afhandelen"
    LOOK_UP = "opvragen"
    SEARCH = "zoeken"
    EVENTS = "gebeurtenissen-opvragen"
    CALLS = "belpunten-opvragen"
    OVERVIEW = "overzicht-opvragen"
    WAITING = "werkpunten-opvragen"
    BALANCES = "saldo-opvragen"
    PROPOSE = "voorstel-doen"
    RECONSIDER = "heroverweging-vragen"
    DECIDE = "besluit-vastleggen"
    AGREE = "schuldregeling-akkoord"
    END_ARRANGEMENT = "schuldregeling-beeindigen"
    TALK = "gesprek-opvragen"
    TOLD = "gegevens-doorgegeven"
    ADMINISTRATIONS = "bewinden-opvragen"
    REFER = "verwijzen"
    WITHDRAW = "verwijzing-intrekken"
    ADVISE = "advies-uitbrengen"
    CARRY_OUT = "verzoek-uitvoeren"
    ANSWER = "verzoek-beantwoorden"
    PHASE = "fase-wijzigen"
    PROTECT = "afkoelingsperiode-melden"
    INCIDENT = "incident-melden"
    FIGURES = "rapportage-opvragen"
    IMPORT = "importeren"
    IMPORT_STATE = "importstand-opvragen"
    IMPORT_RESULT = "importresultaat-opvragen"


@dataclass(frozen=True, slots=True)
class Posted:
    """The body of a POST with its idempotency key and the address it came to."""

    key: str
    path: str
    body: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of address and body: what makes two requests the same."""
        return hashlib.sha256(self.path.encode() + b"\0" + self.body).hexdigest()


@dataclass(frozen=True, slots=True)
class Answered:
    """What is answered, and which case it was about; `found` counts what a search or list showed."""

    document: Document
    case_id: str | None = None
    status: int = 200
    location: str | None = None
    found: int | None = None


#: What the edge refuses to seal for a recipient, whoever asks (adapters/minimisation.py).
_NOT_FOR_PARTY: Final = frozenset({Code.FIELD_NOT_ALLOWED, Code.BSN_NOT_ALLOWED, Code.NO_AGREEMENT})


class Counter:
    """Carries out calls for one debt helper."""

    def __init__(self, helper: DebtHelper) -> None:
        self.helper = helper

    def read(self, caller: Caller, act: Act, case_id: str | None, work: Callable[[Transaction], Answered]) -> Response:
        """Looks something up and answers."""
        try:
            with self.helper.edge.ledger.begin() as tx:
                answered = work(tx)
                self._log(tx, caller, act, answered.case_id or case_id, answered.status, answered.found)
        except ActRefusedError as error:
            self.log_refused(caller, act, case_id, error)
            raise
        return _response(_kept("", answered))

    def look(self, caller: Caller, act: Act, case_id: str | None, work: Callable[[Transaction], str]) -> str:
        """Looks something up that is a file of its own."""
        try:
            with self.helper.edge.ledger.begin() as tx:
                content = work(tx)
                self._log(tx, caller, act, case_id, HTTPStatus.OK, None)
        except ActRefusedError as error:
            self.log_refused(caller, act, case_id, error)
            raise
        return content

    def answered_before(self, caller: Caller, act: Act, posted: Posted) -> Response | None:
        """The answer that was given to this key before, if any.

        Raises:
            TroubleError: KEY_REUSED, with another body.
        """
        with self.helper.edge.ledger.begin() as tx:
            before = store.kept_answer(tx, caller.token.id, posted.key)
            if before is None:
                return None
            if before.digest != posted.digest:
                raise TroubleError(Trouble.KEY_REUSED)
            self._log(tx, caller, act, before.case_id, before.status, None)
        return _response(before)

    def act(
        self, caller: Caller, act: Act, case_id: str | None, posted: Posted, work: Callable[[Transaction], Answered]
    ) -> Response:
        """Does something once for its key."""
        try:
            with self.helper.edge.ledger.begin() as tx:
                kept = self._once(tx, caller, posted, work)
                self._log(tx, caller, act, kept.case_id or case_id, kept.status, None)
        except ActRefusedError as error:
            self.log_refused(caller, act, case_id, error)
            raise
        except RefusedError as error:
            if error.code not in _NOT_FOR_PARTY:
                raise
            refused = not_allowed(error.place)
            self.log_refused(caller, act, case_id, refused)
            raise refused from None
        return _response(kept)

    def _once(
        self, tx: Transaction, caller: Caller, posted: Posted, work: Callable[[Transaction], Answered]
    ) -> KeptAnswer:
        if not store.claim_key(tx, caller.token.id, posted.key, posted.digest, self.helper.now()):
            before = store.kept_answer(tx, caller.token.id, posted.key)
            if before is None or before.digest != posted.digest:
                raise TroubleError(Trouble.KEY_REUSED)
            return before
        kept = _kept(posted.digest, work(tx))
        store.keep_answer(tx, caller.token.id, posted.key, kept)
        return kept

    def _log(
        self, tx: Transaction, caller: Caller, act: Act, case_id: str | None, status: int, found: int | None
    ) -> None:
        now = self.helper.now()
        store.add_access(tx, now, caller.token.id, caller.employee, act.value, case_id, status, found)

    def log_refused(self, caller: Caller, act: Act, case_id: str | None, error: ActRefusedError) -> None:
        """Writes down what was asked and not done."""
        with self.helper.edge.ledger.begin() as tx:
            self._log(tx, caller, act, error.case_id or case_id, status_of(error), None)


def _kept(digest: str, answered: Answered) -> KeptAnswer:
    body = json.dumps(answered.document.to_wire(), ensure_ascii=False)
    return KeptAnswer(digest, answered.status, answered.case_id, answered.location, body)


def _response(kept: KeptAnswer) -> Response:
    headers = {} if kept.location is None else {"Location": kept.location}
    return Response(kept.body.encode(), kept.status, headers, media_type="application/json")
