"""A walk to every address that the real server has, as everybody: each is decided about, and refused unless that was decided."""

import re
from collections.abc import Iterator, Mapping

import pytest

from tests.attack_kit import FOREVER, PEOPLE, Answer, Fortress, every_route, fortress, hold
from ui import rules
from ui.rules import Needs

# What everybody may ask for, who is not signed in. Whatever else a rule lets through without a session asks for something itself.
PUBLIC = re.compile(r"/healthz|/readyz|/static/[\w.-]+|/sign-in(?:/callback)?|/(?:en|sv)/sign-in(?:/provider)?")
# Addresses that Gradio 6.31 brings along and our page never asks for. One that is not here and has no rule fails the walk.
SHUT = re.compile(
    r"/(?:en|sv)/(?:log(?:in/?|out)|manifest\.json|openapi\.json|pwa_icon(?:/x)?|monitoring(?:/(?:summary|x))?"
    r"|gradio_api/(?:(?:api|run)/x/?|call/(?:v2/)?x(?:/|/1)?|app_id/?|component_server/?|custom_component/x/x/x/x|deep_link|dev/reload"
    r"|file[/=]x|proxy=x|upload|upload_progress|process_recording|login_check/?|token/?|user/?|openapi\.json|queue/status|runs/?"
    r"|stream/1(?:/close)?|stream/x/x/1/(?:1\.x|playlist-file|playlist\.m3u8)"
    r"|(?:undo-vibe-edit|vibe-code|vibe-edit|vibe-starter-queries)/?))"
)
NEVER = 9  # an id that nothing has, as long as those that are hidden
CHANGES = ("POST", "PUT", "PATCH", "DELETE")
REFUSED = (303, 307, 400, 401, 403, 404, 405)


@pytest.fixture(scope="module")
def fort(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fortress]:
    with fortress(tmp_path_factory.mktemp("walk")) as found:
        yield found


@pytest.fixture(scope="module")
def routes(fort: Fortress) -> list[tuple[str, str]]:
    return sorted(set(every_route(fort.app.routes)))


def filled(path: str, ids: Mapping[str, int] = {}) -> str:
    """An address of a route: a number or a word in each place."""

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name.endswith("_id") or name == "number":
            return str(ids.get(name, ids.get("", 1)))
        return "1.png" if "image" in path else "x"

    return re.sub(r"\{(\w+)(?::\w+)?\}", value, path)


def test_every_route_was_decided_about(routes: list[tuple[str, str]]) -> None:
    assert len(routes) > 250
    undecided = [
        (method, path)
        for method, path in routes
        if method not in ("HEAD", "OPTIONS") and rules.find(method, filled(path)) is None and not SHUT.fullmatch(filled(path))
    ]
    assert undecided == [], "decide in ui/rules.py who may ask for these"


def test_the_walk_finds_what_is_added(fort: Fortress) -> None:
    from starlette.applications import Starlette
    from starlette.routing import Mount, Route

    async def nothing(*_: object) -> None: ...

    added = [
        Mount("/beside", Starlette(routes=[Route("/a/{thing_id}", nothing, methods=["PUT"])])),
        Mount("/dark", app=nothing),
        Route("/one", nothing),
    ]
    found = set(every_route(added))
    assert {("PUT", "/beside/a/{thing_id}"), ("GET", "/dark/{path}"), ("GET", "/one")} <= found
    for method, path in found:
        assert rules.find(method, filled(path)) is None and not SHUT.fullmatch(filled(path))


def test_nobody_gets_in_anywhere_by_any_method(fort: Fortress, routes: list[tuple[str, str]]) -> None:
    wrong = []
    paths = sorted({filled(path) for _, path in routes})
    for path in paths:
        declared = {method for method, other in routes if filled(other) == path}
        for method in sorted(declared | {"GET", "HEAD", "OPTIONS", "PUT"}):
            answer = fort.ask(method, path)
            hold(answer, "")
            if not (answer.status in REFUSED or (PUBLIC.fullmatch(path) and answer.status < 500)):
                wrong.append((method, path, answer.status))
            if answer.status == 200 and method in CHANGES and not path.endswith("/sign-in"):
                wrong.append((method, path, "changes without a session"))
    assert wrong == []


@pytest.mark.parametrize("who", PEOPLE)
def test_everybody_gets_only_where_their_rule_says(fort: Fortress, routes: list[tuple[str, str]], who: str) -> None:
    rank = {"low": Needs.SIGNED_IN, "reader": Needs.SIGNED_IN, "editor": Needs.EDITOR, "admin": Needs.ADMIN}[who]
    wrong = []
    for method, path in routes:
        address = filled(path)
        rule = rules.find(method, address)
        if FOREVER.search(address) and (rule is not None and rule.needs <= rank):
            continue
        allowed = rule is not None and rule.needs <= rank
        if allowed and (method in CHANGES or "sign-in" in address):
            continue  # what that does is shown in the tests of the rooms
        answer = fort.ask(method, address, who)
        hold(answer, who)
        if rule is None or rule.needs < Needs.NOTHING or address == "/mcp":  # shut, or a door that wants no cookie
            right = answer.status in REFUSED
        elif not allowed:
            right = answer.status == 403
        else:
            right = answer.status in (200, 303, 304, 307, 400, 403, 404, 405, 422)
        if not right:
            wrong.append((method, address, answer.status))
    assert wrong == []


@pytest.mark.parametrize("who", ["low", "reader", "editor"])
def test_what_is_hidden_is_answered_as_what_never_was(fort: Fortress, routes: list[tuple[str, str]], who: str) -> None:
    document = fort.documents["red.md"]
    ((passage,),) = fort.shelf.sql("SELECT id FROM passages WHERE document_id = ?", document)
    used = fort.shelf.sql("SELECT id FROM documents UNION SELECT id FROM passages")
    assert (NEVER,) not in used and max(document, passage) < 10
    hidden, never = {"passage_id": passage, "": document}, {"": NEVER}
    assert fort.get(f"/image/{fort.documents['red.pdf']}/1.png", "admin").headers["content-type"] == "image/png"
    pictures = (f"/image/{number}/1.png" for number in (fort.documents["red.pdf"], NEVER))
    one, other = (seen(fort, "GET", path, who, path.split("/")[2]) for path in pictures)
    assert one == other and one[0] == 404
    looked = 0
    for method, path in routes:
        methods = ("GET", "HEAD", "POST") if who == "editor" else ("GET", "HEAD")
        if "{" not in path or method not in methods or FOREVER.search(path) or not re.search(r"\{(?:\w+_id|number)", path):
            continue
        for query in ("", "?w=300&lang=sv"):
            one, other = (seen(fort, method, filled(path, ids) + query, who, str(max(ids.values()))) for ids in (hidden, never))
            assert one == other, (method, path)
            looked += 1
    for path in ("/en/compare/columns?q=siren&document={document_id}", "/en/?q=siren&document={document_id}"):
        one, other = (seen(fort, "GET", filled(path, ids), who, str(ids[""])) for ids in (hidden, never))
        assert one == other, path
    assert looked > 30


def seen(fort: Fortress, method: str, address: str, who: str, number: str) -> tuple[int, dict[str, str], str]:
    """All that somebody learns of an answer, but for when it was, the number they asked for, and what is new in each page."""
    answer: Answer = fort.ask(method, address, who)
    hold(answer, who)
    text = re.sub(r"nonce-[\w-]+|nonce=\"[\w-]+\"", "", answer.text)
    headers = {name: re.sub(r"nonce-[\w-]+", "", value) for name, value in answer.headers.items() if name != "date"}
    return answer.status, {name: _without(value, number) for name, value in headers.items()}, _without(text, number)


def _without(text: str, number: str) -> str:
    return re.sub(rf"(?<=[/=]){number}(?=[/?&\".#\s;)]|$)", "N", text)
