"""Who may open what: every route with every role, session and form; made from the routes, so that none is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from starlette.routing import Route

from hub.clock import new_pseudonym
from hub.console.app import PAGES
from hub.console.audit import Act
from hub.console.audit.store import visits
from hub.console.desk import Page
from hub.console.roles import Permission, Role, allowed
from hub.web.headers import POLICY
from tests.console import Stand
from tests.world import TAX, World, make_world

STREAMS = {"live"}
"""Pages that go on for ever once they are open: their refusals count here, test_console_live opens them."""
BEHIND = [page for page in PAGES if page.permission != Permission.ANYBODY]
READ = [page for page in BEHIND if page.method == "GET"]
ACTS = [page for page in BEHIND if page.method != "GET"]


@pytest.fixture(scope="module")
def world() -> World:
    return make_world()


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory, world: World) -> Iterator[Stand]:
    folder = tmp_path_factory.mktemp("rights")
    made = Stand.on(folder, world, f"sqlite:///{folder / 'hub.db'}")
    yield made
    made.close()


def path_of(page: Page) -> str:
    """A path that the route matches; nothing need be there."""
    return page.path.format(
        id=new_pseudonym(), case=new_pseudonym(), digest="0" * 16, name="niets.css", cause="lane", number="1", oin=TAX
    )


def name_of(page: Page) -> str:
    return f"{page.method} {page.path}"


def test_every_route_is_a_page_with_a_permission(stand: Stand) -> None:
    routes = stand.console.app.inner.routes
    assert all(isinstance(route, Route) for route in routes)
    found = [(route.path, route.name) for route in routes if isinstance(route, Route)]
    assert found == [(page.path, page.name) for page in PAGES]
    assert len({(page.method, page.path) for page in PAGES}) == len(PAGES)


def test_every_permission_is_asked_somewhere_and_given_to_somebody() -> None:
    assert {page.permission for page in PAGES} == set(Permission)
    assert all(any(allowed(permission, {role}) for role in Role) for permission in Permission)


def test_who_is_nothing_may_only_what_anybody_may() -> None:
    assert [permission for permission in Permission if allowed(permission, ())] == [Permission.ANYBODY]


@pytest.mark.parametrize(
    ("page", "role"),
    [
        pytest.param(page, role, id=f"{role} {name_of(page)}")
        for page in READ
        for role in Role
        if page.name not in STREAMS or not allowed(page.permission, {role})
    ],
)
def test_a_page_opens_for_who_may_and_for_nobody_else(stand: Stand, page: Page, role: Role) -> None:
    may = allowed(page.permission, {role})
    answer = stand.client(stand.token({role})).get(path_of(page))
    assert answer.status_code in ({200, 303, 404} if may else {403})
    if not may:
        with stand.database.reading() as connection:
            last = visits(connection, 1)[0][1]
        assert (last.act, last.page, last.detail) == (Act.REFUSED, page.name, "role")


@pytest.mark.parametrize("page", READ, ids=name_of)
@pytest.mark.parametrize("session", ["none", "unknown", "revoked", "ended", "idle"])
def test_a_page_sends_who_has_no_session_to_sign_in(stand: Stand, page: Page, session: str) -> None:
    answer = stand.client(token_in(stand, session)).get(path_of(page))
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/aanmelden?terug=%2F")


@pytest.mark.parametrize("page", ACTS, ids=name_of)
@pytest.mark.parametrize("session", ["none", "unknown", "revoked", "ended", "idle"])
def test_an_act_without_a_session_is_not_done(stand: Stand, page: Page, session: str) -> None:
    answer = stand.client(token_in(stand, session)).post(path_of(page), data={"csrf": "x"})
    assert answer.status_code == 401


@pytest.mark.parametrize("page", ACTS, ids=name_of)
@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("form", ["ours", "without", "wrong", "of another", "from elsewhere", "cross-site"])
def test_an_act_is_done_only_by_a_form_of_this_session(stand: Stand, page: Page, role: Role, form: str) -> None:
    token, session = stand.session({role})
    _, other = stand.session({role})
    csrf = {"without": "", "wrong": "x" * 43, "of another": other.csrf}.get(form, session.csrf)
    strange = {"from elsewhere": {"origin": "http://elsewhere.example"}, "cross-site": {"sec-fetch-site": "cross-site"}}
    answer = stand.client(token).post(path_of(page), data={"csrf": csrf}, headers=strange.get(form, {}))
    may = allowed(page.permission, {role})
    if form == "ours" and may:
        # let through: what the form itself lacks, or is about, is for the page to say
        assert answer.status_code in {200, 303, 400, 404}
    else:
        assert answer.status_code == 403
        with stand.database.reading() as connection:
            assert visits(connection, 1)[0][1].act is Act.REFUSED


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_answer_carries_the_headers_that_keep_strangers_out(stand: Stand, page: Page) -> None:
    answer = stand.client().request(page.method, path_of(page))
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_route_takes_its_own_method_and_no_other(stand: Stand, page: Page) -> None:
    own = {one.method for one in PAGES if one.path == page.path}
    for method in {"GET", "POST", "PUT", "DELETE", "PATCH"} - own:
        assert stand.client(stand.token()).request(method, path_of(page)).status_code == 405


def test_another_host_name_is_not_answered(stand: Stand) -> None:
    assert stand.client().get("/aanmelden", headers={"host": "elsewhere.example"}).status_code == 400


def token_in(stand: Stand, session: str) -> str | None:
    """The token of a session that is not in force."""
    terms = stand.console.desk.terms
    match session:
        case "none":
            return None
        case "unknown":
            return "x" * 43
        case "revoked":
            token = stand.token()
            with stand.database.begin() as connection:
                stand.console.desk.sessions.revoke(connection, token, stand.clock.now())
            return token
        case "ended":
            return stand.token(begun_ago=terms.whole)
        case _:
            return stand.token(begun_ago=terms.idle + timedelta(seconds=1))
