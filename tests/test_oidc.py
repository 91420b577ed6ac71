"""Single sign-on, without a page: what a provider vouches for is taken, and what anybody else says is not."""

import base64
import gzip
import hashlib
import hmac
import json
import os
import shutil
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from index.access import Handling, Role
from index.oidc import LASTS, Ended, Problem
from index.oidc_rules import Rules
from tests.oidc_kit import (
    HOST,
    SECRET,
    Forger,
    Installation,
    answer,
    forging,
    free_port,
    install,
    mock_provider,
    query,
    running,
)  # fmt: skip

HOME = "10.0.0.1"
CERTIFIED = os.environ.get("KALLA_TEST_PROVIDER", "")
SMALL = json.dumps({"a": 1}).encode()


@pytest.fixture(scope="module")
def provider() -> Iterator[Forger]:
    with forging() as made:
        yield made


@pytest.fixture
def forger(provider: Forger) -> Forger:
    provider.reset()
    return provider


@pytest.fixture
def here(forger: Forger, tmp_path: Path) -> Installation:
    return install(tmp_path / "data", forger.issuer)


def enter(here: Installation, forger: Forger, address: str = HOME, **brought: str) -> Ended:
    """Sign in as a browser would; `brought` changes what it brings back."""
    begun = here.sign_on.begin("/en/library", "sv", address)
    assert begun.problem is Problem.NONE, begun
    return here.sign_on.finish(query({**forger.approve(begun.address), **brought}), begun.cookie, address)


def rows(here: Installation) -> list[tuple[str, str, str]]:
    return [(row.who, row.event, row.detail.get("reason", "")) for row in here.gate.audit.entries()]


def trusted(here: Installation, ended: Ended) -> str:
    """The name of the one who is in."""
    user = here.gate.sessions.find(ended.secret)
    assert user is not None
    return user.name


# -- a real provider


def test_a_real_provider_signs_people_in_with_what_their_claims_give(tmp_path: Path) -> None:
    with mock_provider() as (issuer, client, secret):
        here = install(tmp_path / "data", issuer, client_id=client, client_secret=secret)

        def come_back(person: str, claims: dict[str, Any]) -> Ended:
            httpx2.put(f"{issuer}/users/{person}", json=claims).raise_for_status()
            begun = here.sign_on.begin("/sv/", "sv", HOME)
            led = httpx2.post(begun.address, data={"sub": person})
            assert led.status_code == 302 and led.headers["location"].startswith("http://127.0.0.1:7860/sign-in/callback?")
            brought = dict(httpx2.URL(led.headers["location"]).params)
            assert here.sign_on.finish(query({**brought, "code": "guessed"}), begun.cookie, HOME).problem is Problem.UNTRUSTED
            begun = here.sign_on.begin("/sv/", "sv", HOME)
            led = httpx2.post(begun.address, data={"sub": person})
            return here.sign_on.finish(query(dict(httpx2.URL(led.headers["location"]).params)), begun.cookie, HOME)

        ended = come_back("7", {"preferred_username": "Åsa Ek", "groups": ["kalla-editors"], "city": "Stockholm"})
        user = here.gate.sessions.find(ended.secret)
        assert user is not None and (user.name, user.role, user.clearance) == ("åsa ek", Role.EDITOR, Handling.AMBER)
        assert user.groups == ("Stockholm",) and user.subject == f"{issuer} 7" and ended.onward == "/sv/"

        lowered = come_back("7", {"preferred_username": "Another Name", "city": "Stockholm"})
        again = here.gate.sessions.find(lowered.secret)
        assert again is not None and (again.user_id, again.name) == (user.user_id, "åsa ek")
        assert (again.role, again.clearance) == (Role.READER, Handling.GREEN)

        begun = here.sign_on.begin("/", "en", HOME)
        denied = httpx2.post(begun.address, data={"action": "deny"}).headers["location"]
        brought = {"state": dict(httpx2.URL(begun.address).params)["state"], **dict(httpx2.URL(denied).params)}
        assert here.sign_on.finish(query(brought), begun.cookie, HOME).problem is Problem.DENIED
        assert here.sign_on.way_out("/sign-in").startswith(f"{issuer}/oauth2/end_session?client_id={client}&post_logout")
        assert list(here.gate.audit.verify()) == []


@pytest.mark.skipif(not CERTIFIED or not shutil.which("node"), reason="KALLA_TEST_PROVIDER names no folder, or there is no node")
def test_the_certified_provider_signs_people_in(tmp_path: Path) -> None:
    """npm's oidc-provider, in the folder that KALLA_TEST_PROVIDER names: it insists on PKCE, and names itself (RFC 9207)."""
    port = free_port()
    command = [
        "node",
        str(Path(__file__).with_name("oidc_provider.mjs")),
        CERTIFIED,
        str(port),
        f"{HOST}/sign-in/callback",
        SECRET,
    ]
    with running(command, port) as issuer, httpx2.Client(base_url=issuer) as browser:
        here = install(tmp_path / "data", issuer)
        begun = here.sign_on.begin("/en/", "en", HOME)
        address = begun.address
        while not address.startswith(HOST):  # log in, agree, and be led back
            led = browser.get(address)
            if led.status_code == 200:
                prompt = "login" if 'name="login"' in led.text else "consent"
                led = browser.post(address, data={"prompt": prompt, "login": "anna", "password": "any"})
            address = str(led.url.join(led.headers["location"]))
        ended = here.sign_on.finish(query(dict(httpx2.URL(address).params)), begun.cookie, HOME)
        user = here.gate.sessions.find(ended.secret)
        assert user is not None and (user.name, user.role, user.clearance) == ("anna", Role.EDITOR, Handling.AMBER)


# -- the ordinary way


def test_somebody_new_gets_an_account_and_a_session(here: Installation, forger: Forger) -> None:
    ended = enter(here, forger)
    user = here.gate.users.find("anna.berg")
    assert (user.role, user.clearance, user.groups) == (Role.EDITOR, Handling.AMBER, ())
    assert user.subject == f"{forger.issuer} u1" and trusted(here, ended) == "anna.berg"
    assert (ended.onward, ended.language, ended.spent) == ("/en/library", "sv", True)
    assert here.gate.users.check("anna.berg", "") is None  # no password opens it
    assert rows(here)[-2:] == [("(single sign-on)", "user changed", ""), ("anna.berg", "sign-in", "")]
    entry = here.gate.audit.entries()[-1]
    assert entry.detail == {"address": HOME, "by": "City Login"}


def test_a_session_that_was_there_before_ends(here: Installation, forger: Forger) -> None:
    first = enter(here, forger)
    begun = here.sign_on.begin("/", "en", HOME)
    second = here.sign_on.finish(query(forger.approve(begun.address)), begun.cookie, HOME, first.secret)
    assert here.gate.sessions.find(first.secret) is None and trusted(here, second) == "anna.berg"


def test_what_is_kept_is_not_asked_for_again(here: Installation, forger: Forger) -> None:
    enter(here, forger)
    enter(here, forger)
    assert forger.asked.count("/.well-known/openid-configuration") == 1 and forger.asked.count("/keys") == 1


def test_a_client_secret_can_go_in_the_form(here: Installation, forger: Forger) -> None:
    forger.about = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    assert trusted(here, enter(here, forger)) == "anna.berg"


def test_claims_of_userinfo_count_too_but_never_against_what_is_signed(here: Installation, forger: Forger) -> None:
    forger.told = {"sub": "u1", "city": "Stockholm", "groups": ["kalla-admins"], "iss": "other"}
    enter(here, forger)
    user = here.gate.users.find("anna.berg")
    assert user.groups == ("Stockholm",) and user.role is Role.EDITOR


def test_a_provider_without_userinfo_is_one_too(here: Installation, forger: Forger) -> None:
    forger.about = {"userinfo_endpoint": None}
    assert trusted(here, enter(here, forger)) == "anna.berg" and "/userinfo" not in forger.asked


def test_a_new_key_is_looked_for_when_it_is_used(forger: Forger, tmp_path: Path) -> None:
    from index.gate import Gate
    from index.oidc import SignOn
    from index.oidc_provider import Provider
    from tests.oidc_kit import settings, users_of

    now = [1000.0]
    chosen, gate = settings(forger.issuer), Gate(tmp_path / "d", users=users_of(tmp_path / "d"), open_to_others=True)
    here = Installation(
        data=tmp_path / "d", gate=gate,
        sign_on=SignOn(chosen, gate, tmp_path / "d", provider=Provider(chosen, clock=lambda: now[0])),
    )  # fmt: skip
    enter(here, forger)
    new = RSAKey.generate_key(2048, {"kid": "second", "use": "sig", "alg": "RS256"})
    forger.listed = [new.as_dict(private=False)]
    forger.sign = lambda claims: forger.signed(claims, new, kid="second")
    now[0] += 61
    assert trusted(here, enter(here, forger)) == "anna.berg" and forger.asked.count("/keys") == 2
    forger.sign = lambda claims: forger.signed(claims, new, kid="third")
    assert [enter(here, forger).problem for _ in range(2)] == [Problem.UNTRUSTED] * 2
    assert forger.asked.count("/keys") == 2  # not looked for again so soon


# -- who comes back


def test_without_the_cookie_nobody_comes_in(here: Installation, forger: Forger) -> None:
    begun = here.sign_on.begin("/", "en", HOME)
    brought, before = query(forger.approve(begun.address)), rows(here)
    for cookie in ("", "x", "....", begun.cookie[:-1], begun.cookie + "0", "a." + begun.cookie, "é\udcff"):
        assert here.sign_on.finish(brought, cookie, HOME) == Ended(problem=Problem.AGAIN)
    assert "/token" not in forger.asked and rows(here) == before  # and it leaves no trace: others could fill the trail


def test_what_another_browser_began_is_not_finished_here(here: Installation, forger: Forger) -> None:
    """Else somebody could sign others in as themselves, and read what they ask."""
    attacker, victim = (here.sign_on.begin("/", "en", HOME) for _ in range(2))
    brought = forger.approve(attacker.address)
    assert here.sign_on.finish(query(brought), victim.cookie, HOME).problem is Problem.AGAIN
    assert here.sign_on.finish(query({**brought, "state": ""}), victim.cookie, HOME).problem is Problem.AGAIN
    own = dict(httpx2.URL(victim.address).params)["state"]
    injected = here.sign_on.finish(query({**brought, "state": own}), victim.cookie, HOME)  # a code that was given to another
    assert injected.problem is Problem.UNTRUSTED and not injected.secret  # PKCE: the verifier is not theirs


def test_a_sign_in_is_finished_once(here: Installation, forger: Forger) -> None:
    begun = here.sign_on.begin("/", "en", HOME)
    brought = forger.approve(begun.address)
    assert here.sign_on.finish(query(brought), begun.cookie, HOME).secret
    again = here.sign_on.finish(query(brought), begun.cookie, HOME)
    assert again.problem is Problem.AGAIN and forger.asked.count("/token") == 1
    fresh = {**forger.approve(begun.address), "state": brought["state"]}  # a code that is new, with a state that is not
    assert here.sign_on.finish(query(fresh), begun.cookie, HOME).problem is Problem.AGAIN


def test_a_sign_in_is_finished_in_time(forger: Forger, tmp_path: Path) -> None:
    now = [time.time()]
    here = install(tmp_path / "data", forger.issuer, clock=lambda: now[0])
    begun = here.sign_on.begin("/", "en", HOME)
    now[0] += LASTS + 1
    assert here.sign_on.finish(query(forger.approve(begun.address)), begun.cookie, HOME).problem is Problem.AGAIN


def test_a_cookie_of_another_library_is_none(here: Installation, forger: Forger, tmp_path: Path) -> None:
    other = install(tmp_path / "other", forger.issuer)
    begun = other.sign_on.begin("/", "en", HOME)
    assert here.sign_on.finish(query(forger.approve(begun.address)), begun.cookie, HOME).problem is Problem.AGAIN


def test_what_is_said_twice_is_said_by_nobody(here: Installation, forger: Forger) -> None:
    begun = here.sign_on.begin("/", "en", HOME)
    brought = [*query(forger.approve(begun.address)), ("code", "other")]
    assert here.sign_on.finish(brought, begun.cookie, HOME).problem is Problem.AGAIN


@pytest.mark.parametrize(
    ("brought", "names_itself", "problem"),
    [
        ({"iss": "https://evil.example"}, False, Problem.UNTRUSTED),
        ({"iss": "https://evil.example"}, True, Problem.UNTRUSTED),
        ({}, True, Problem.UNTRUSTED),
        ({"error": "access_denied"}, False, Problem.DENIED),
        ({"error": "<script>", "error_description": "<script>"}, False, Problem.DENIED),
        ({"code": ""}, False, Problem.DENIED),
        ({"code": "guessed"}, False, Problem.UNTRUSTED),
    ],
)
def test_what_does_not_belong_is_refused(
    here: Installation, forger: Forger, brought: dict[str, str], names_itself: bool, problem: Problem
) -> None:
    forger.about = {"authorization_response_iss_parameter_supported": names_itself}
    ended = enter(here, forger, **brought)
    assert ended.problem is problem and not ended.secret
    who, event, reason = rows(here)[-1]
    assert (who, event) == ("unknown", "sign-in failed") and reason and "<" not in reason


def test_the_providers_own_name_in_the_answer_is_taken(here: Installation, forger: Forger) -> None:
    forger.about = {"authorization_response_iss_parameter_supported": True}
    assert enter(here, forger, iss=forger.issuer).secret


# -- tokens


def hours(claims: dict[str, Any], **by: int) -> dict[str, Any]:
    return {**claims, **{name: claims["iat"] + 3600 * n for name, n in by.items()}}


CLAIMS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "another nonce": lambda c: {**c, "nonce": "x" * 64},
    "no nonce": lambda c: {k: v for k, v in c.items() if k != "nonce"},
    "a nonce that is no text": lambda c: {**c, "nonce": [c["nonce"]]},
    "for another client": lambda c: {**c, "aud": "other"},
    "for nobody": lambda c: {k: v for k, v in c.items() if k != "aud"},
    "for several, of whom none asked": lambda c: {**c, "aud": ["kalla", "other"]},
    "asked for by another": lambda c: {**c, "aud": ["kalla", "other"], "azp": "other"},
    "asked for by another, for us": lambda c: {**c, "azp": "other"},
    "for another, asked for by us": lambda c: {**c, "aud": "other", "azp": "kalla"},
    "for others, asked for by us": lambda c: {**c, "aud": ["other", "more"], "azp": "kalla"},
    "an audience that is no text": lambda c: {**c, "aud": {"kalla": 1}},
    "another issuer": lambda c: {**c, "iss": "https://evil.example"},
    "an issuer with a slash more": lambda c: {**c, "iss": c["iss"] + "/"},
    "no issuer": lambda c: {k: v for k, v in c.items() if k != "iss"},
    "expired": lambda c: hours(c, exp=-1),
    "expired as text": lambda c: {**c, "exp": str(c["exp"])},
    "expires never": lambda c: {k: v for k, v in c.items() if k != "exp"},
    "expires at no number": lambda c: {**c, "exp": float("nan")},
    "from tomorrow": lambda c: hours(c, iat=24, exp=25),
    "not yet": lambda c: hours(c, nbf=24),
    "of nobody": lambda c: {k: v for k, v in c.items() if k != "sub"},
    "of an empty somebody": lambda c: {**c, "sub": ""},
    "of a number": lambda c: {**c, "sub": 7},
    "of somebody with a space": lambda c: {**c, "sub": "u1 x"},
    "of somebody very long": lambda c: {**c, "sub": "u" * 256},
    "with another token's hash": lambda c: {**c, "at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
    "with a hash that is no text": lambda c: {**c, "at_hash": 7},
}


@pytest.mark.parametrize("how", CLAIMS)
def test_a_token_that_says_something_else_is_refused(here: Installation, forger: Forger, how: str) -> None:
    forger.change = CLAIMS[how]
    ended = enter(here, forger)
    assert ended.problem is Problem.UNTRUSTED and not ended.secret
    assert [user.name for user in here.gate.users.all()] == ["chief"]
    assert "token" in rows(here)[-1][2]


def b64(held: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(held).encode()).decode().rstrip("=")


def hs256(forger: Forger, claims: dict[str, Any]) -> str:
    """What a careless program would take for signed: with the public key as the shared secret."""
    text = f"{b64({'alg': 'HS256', 'kid': 'first'})}.{b64(claims)}"
    mac = hmac.new(forger.keys[0].as_pem(private=False), text.encode(), hashlib.sha256).digest()
    return f"{text}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


STRANGER = RSAKey.generate_key(2048, {"kid": "first"})
SIGNED: dict[str, Callable[[Forger, dict[str, Any]], str]] = {
    "by nobody": lambda f, c: f"{b64({'alg': 'none'})}.{b64(c)}.",
    "by nobody, in capitals": lambda f, c: f"{b64({'alg': 'NONE', 'kid': 'first'})}.{b64(c)}.",
    "with the public key as secret": hs256,
    "by a stranger of that name": lambda f, c: f.signed(c, STRANGER),
    "by a stranger who brings a key": lambda f, c: f.signed(c, STRANGER, jwk=STRANGER.as_dict(private=False)),
    "by an unknown key": lambda f, c: f.signed(c, kid="other"),
    "and changed after": lambda f, c: swapped(f.signed(c), {**c, "groups": ["kalla-admins"]}),
    "and then not": lambda f, c: f.signed(c).rpartition(".")[0] + ".",
    "in a way that has to be understood": lambda f, c: (
        f"{b64({'alg': 'RS256', 'kid': 'first', 'crit': ['x'], 'x': 1})}.{b64(c)}.AA"
    ),
    "and is no token": lambda f, c: "a.b",
    "and is encrypted": lambda f, c: "a.b.c.d.e",
    "and is no object": lambda f, c: f"{b64({'alg': 'RS256', 'kid': 'first'})}.{b64([1])}.AA",
    "and is too long": lambda f, c: f.signed({**c, "more": "x" * 300_000}),
}


def swapped(token: str, claims: dict[str, Any]) -> str:
    head, _, seal = token.split(".")
    return f"{head}.{b64(claims)}.{seal}"


@pytest.mark.parametrize("how", SIGNED)
def test_a_token_that_the_provider_did_not_sign_is_refused(here: Installation, forger: Forger, how: str) -> None:
    forger.about = {"id_token_signing_alg_values_supported": ["none", "HS256", "RS256"]}
    forger.sign = lambda claims: SIGNED[how](forger, claims)
    ended = enter(here, forger)
    assert ended.problem is Problem.UNTRUSTED and not ended.secret
    assert [user.name for user in here.gate.users.all()] == ["chief"]


@pytest.mark.parametrize(
    "listed",
    [
        [],
        None,
        ["x", 7, {}],
        [{"kty": "RSA", "kid": "first", "n": "AQAB", "e": "AQAB"}],
        [{"kty": "oct", "kid": "first", "k": "c2VjcmV0"}],
        [{"kty": "RSA", "kid": "first", "n": 7}],
    ],
)
def test_keys_that_are_none_check_nothing(here: Installation, forger: Forger, listed: Any) -> None:
    forger.listed = listed
    assert enter(here, forger).problem is Problem.UNTRUSTED


def test_a_key_to_encrypt_with_checks_nothing(here: Installation, forger: Forger) -> None:
    forger.listed = [{**forger.listed[0], "use": "enc"}]
    forger.sign = lambda claims: jwt.encode({"alg": "RS256"}, claims, forger.keys[0])
    assert enter(here, forger).problem is Problem.UNTRUSTED
    other = {**STRANGER.as_dict(private=False), "kid": "other", "use": "enc"}
    forger.listed = [other, {**forger.listed[0], "use": "sig"}]  # the only one for this, so it needs no name
    again = install(here.data, forger.issuer)
    assert trusted(again, enter(again, forger)) == "anna.berg"


def test_a_key_that_is_too_short_checks_nothing(here: Installation, forger: Forger) -> None:
    with warnings.catch_warnings(action="ignore"):
        short = RSAKey.generate_key(1024, {"kid": "first", "alg": "RS256"})
        forger.listed = [short.as_dict(private=False)]
        forger.sign = lambda claims: forger.signed(claims, short)
        assert enter(here, forger).problem is Problem.UNTRUSTED
    assert "no key" in rows(here)[-1][2]


def test_a_token_a_minute_old_by_a_wrong_clock_is_taken(here: Installation, forger: Forger) -> None:
    forger.change = lambda c: {**c, "exp": c["iat"] - 30, "iat": c["iat"] + 30}
    assert enter(here, forger).secret


def test_userinfo_of_somebody_else_is_refused(here: Installation, forger: Forger) -> None:
    forger.told = {"sub": "u2", "groups": ["kalla-admins"]}
    assert enter(here, forger).problem is Problem.UNTRUSTED


# -- a provider that is not well


def slow(handler: Any) -> None:
    time.sleep(0.6)
    answer(handler, SMALL)


def drip(handler: Any) -> None:
    handler.send_response(200)
    handler.end_headers()
    try:
        for _ in range(100):
            handler.wfile.write(b" ")
            time.sleep(0.1)
    except OSError:
        pass


PACKED = gzip.compress(b" " * 5_000_000)
WELL = {
    "slow": (slow, Problem.UNREACHABLE, "ReadTimeout"),
    "drop by drop": (drip, Problem.UNREACHABLE, "took too long"),
    "hung up": (lambda h: h.connection.close(), Problem.UNREACHABLE, "Error: "),
    "an error": (lambda h: answer(h, {}, 503), Problem.UNREACHABLE, "it answered 503"),
    "too much asked": (lambda h: answer(h, {}, 429), Problem.UNREACHABLE, "it answered 429"),
    "not found": (lambda h: answer(h, {}, 404), Problem.UNTRUSTED, "it "),
    "led elsewhere": (lambda h: answer(h, {}, 302, Location="http://127.0.0.1:1/"), Problem.UNTRUSTED, "it answered 302"),
    "giant": (lambda h: answer(h, b'{"a": "' + b"x" * 2_000_000 + b'"}'), Problem.UNTRUSTED, "more than 512 KB"),
    "giant when unpacked": (
        lambda h: answer(h, PACKED, Content_Encoding="gzip"), Problem.UNTRUSTED, "compressed",
    ),
    "a page": (lambda h: answer(h, b"<html>"), Problem.UNTRUSTED, "no JSON"),
    "very deep": (lambda h: answer(h, b"[" * 200_000), Problem.UNTRUSTED, "no JSON"),
    "no object": (lambda h: answer(h, [1]), Problem.UNTRUSTED, "JSON"),
    "nothing": (lambda h: answer(h, b""), Problem.UNTRUSTED, "no JSON"),
}  # fmt: skip


@pytest.mark.parametrize("how", WELL)
@pytest.mark.parametrize("where", ["/token", "/keys", "/userinfo", "/.well-known/openid-configuration"])
def test_an_answer_that_is_none_lets_nobody_in(forger: Forger, tmp_path: Path, where: str, how: str) -> None:
    here = install(tmp_path / "data", forger.issuer, patience=0.25)
    reply, problem, why = WELL[how]
    forger.answers[where] = reply
    if where.startswith("/."):
        began = here.sign_on.begin("/", "en", HOME)
        assert began.problem is problem and not began.cookie
        assert here.sign_on.way_out("/sign-in") == ""
    else:
        assert enter(here, forger).problem is problem
    assert rows(here)[-1][1] == "sign-in failed" and why in rows(here)[-1][2]


def test_a_provider_that_is_down_is_not_asked_at_every_turn(forger: Forger, tmp_path: Path) -> None:
    here = install(tmp_path / "data", forger.issuer)
    forger.answers["/.well-known/openid-configuration"] = lambda h: answer(h, {}, 503)
    assert [here.sign_on.begin("/", "en", HOME).problem for _ in range(20)] == [Problem.UNREACHABLE] * 20
    assert len(forger.asked) == 1 and len([row for row in rows(here) if row[1] == "sign-in failed"]) == 1
    with_password = here.gate.sign_in("chief", "correct horse battery", HOME)
    assert with_password.secret


def test_one_that_hangs_keeps_few_waiting(forger: Forger, tmp_path: Path) -> None:
    """Each waits in a thread of the server, of which there are forty."""
    here = install(tmp_path / "data", forger.issuer, patience=0.5)
    held = threading.Event()
    here.sign_on.begin("/", "en", HOME)
    forger.answers["/token"] = lambda h: held.wait(3)
    begun = [here.sign_on.begin("/", "en", HOME) for _ in range(12)]
    found: list[Ended] = []

    def come(one: Any) -> None:
        found.append(here.sign_on.finish(query(forger.approve(one.address)), one.cookie, HOME))

    threads = [threading.Thread(target=come, args=(one,)) for one in begun]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    held.set()
    assert [one.problem for one in found] == [Problem.UNREACHABLE] * 12


@pytest.mark.parametrize(
    "about",
    [
        {"issuer": "https://evil.example"},
        {"issuer": None},
        {"authorization_endpoint": "http://evil.example/authorize"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": "https://evil.example\r\nSet-Cookie: a=b"},
        {"authorization_endpoint": None},
        {"token_endpoint": "http://10.0.0.1/token"},
        {"token_endpoint": ["x"]},
        {"jwks_uri": "file:///etc/passwd"},
        {"userinfo_endpoint": "https://user:secret@evil.example"},
        {"end_session_endpoint": "http://evil.example"},
    ],
)
def test_a_provider_that_describes_itself_as_another_is_refused(
    here: Installation, forger: Forger, about: dict[str, Any]
) -> None:
    forger.about = about
    assert here.sign_on.begin("/", "en", HOME).problem is Problem.UNTRUSTED


def test_a_provider_that_signs_in_no_safe_way_is_refused(here: Installation, forger: Forger) -> None:
    forger.about = {"id_token_signing_alg_values_supported": ["none", "HS256"]}
    assert enter(here, forger).problem is Problem.UNTRUSTED


# -- accounts


def test_a_role_that_is_lowered_there_is_lowered_here(here: Installation, forger: Forger) -> None:
    first = enter(here, forger)
    forger.person = {**forger.person, "groups": []}
    enter(here, forger)
    user = here.gate.sessions.find(first.secret)  # an earlier session, too
    assert user is not None and (user.role, user.clearance) == (Role.READER, Handling.CLEAR)
    changed = [row.detail for row in here.gate.audit.entries() if row.event == "user changed"]
    assert [row["what"] for row in changed] == ["added as editor, TLP:AMBER", "changed to reader, TLP:CLEAR"]


def test_a_name_that_another_has_is_not_given_twice(here: Installation, forger: Forger) -> None:
    forger.person = {"sub": "u9", "preferred_username": "CHIEF", "groups": ["kalla-admins"]}
    ended = enter(here, forger)
    assert ended.problem is Problem.NAME and not ended.secret and here.gate.users.find("chief").subject == ""
    enter(here, forger, address="10.0.0.2")
    forger.person = {"sub": "u1", "preferred_username": "anna"}
    enter(here, forger)
    forger.person = {"sub": "u2", "preferred_username": "Anna"}
    assert enter(here, forger).problem is Problem.NAME


@pytest.mark.parametrize("name", ["local", "a\u202eb", "x" * 101])
def test_a_name_that_is_none_is_not_given(here: Installation, forger: Forger, name: str) -> None:
    forger.person = {"sub": "u1", "preferred_username": name}
    assert enter(here, forger).problem is Problem.NAME


def test_the_same_subject_at_another_provider_is_somebody_else(here: Installation, forger: Forger) -> None:
    here.gate.users.vouched("https://other.example u1", "eve", role=Role.ADMIN, clearance=Handling.RED, groups=())
    assert trusted(here, enter(here, forger)) == "anna.berg"


def test_a_disabled_account_stays_out(here: Installation, forger: Forger) -> None:
    enter(here, forger)
    here.gate.users.change("anna.berg", disabled=True)
    ended = enter(here, forger)
    assert ended.problem is Problem.DISABLED and not ended.secret
    assert rows(here)[-1] == ("anna.berg", "sign-in failed", "the account is disabled")


def test_whom_no_rule_fits_can_be_refused_and_keeps_nothing(forger: Forger, tmp_path: Path) -> None:
    from index.tokens import Scope
    from tests.oidc_kit import RULES

    here = install(tmp_path / "data", forger.issuer, rules=Rules(rules=RULES.rules, others=False))
    first = enter(here, forger)
    user = here.gate.users.find("anna.berg")
    token = here.gate.tokens.make(user, "script", scopes=[Scope.READ], clearance=Handling.RED, days=1)
    forger.person = {**forger.person, "groups": ["others"]}
    ended = enter(here, forger)
    assert ended.problem is Problem.REFUSED and here.gate.sessions.find(first.secret) is None
    bearer = here.gate.tokens.find(token)
    assert bearer is not None and (bearer.principal.role, bearer.principal.clearance) == (Role.READER, Handling.CLEAR)
    changes = [row.detail["what"] for row in here.gate.audit.entries() if row.event == "user changed"]
    assert changes == ["added as editor, TLP:AMBER", "changed to reader, TLP:CLEAR"]
    forger.person = {"sub": "new", "preferred_username": "new"}
    assert enter(here, forger).problem is Problem.REFUSED and len(here.gate.users.all()) == 2


def test_one_who_signs_in_twice_at_once_has_one_account(here: Installation, forger: Forger) -> None:
    begun = [here.sign_on.begin("/", "en", HOME) for _ in range(4)]
    found: list[Ended] = []

    def come(one: Any) -> None:
        found.append(here.sign_on.finish(query(forger.approve(one.address)), one.cookie, HOME))

    threads = [threading.Thread(target=come, args=(one,)) for one in begun]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert [trusted(here, one) for one in found] == ["anna.berg"] * 4 and len(here.gate.users.all()) == 2


# -- how often


def test_who_fails_again_and_again_has_to_wait_and_nobody_else(here: Installation, forger: Forger) -> None:
    forger.change = lambda claims: {**claims, "nonce": "x"}
    assert enter(here, forger, address="10.9.9.9").problem is Problem.UNTRUSTED
    for _ in range(29):
        here.gate.turned_away("", "10.9.9.9", "as before", counts=True)
    begun = here.sign_on.begin("/", "en", "10.9.9.9")
    assert begun.problem is Problem.WAIT and begun.wait > 0 and not begun.cookie
    forger.reset()
    assert enter(here, forger).secret
    assert here.gate.sign_in("chief", "correct horse battery", HOME).secret


def test_other_sites_cannot_make_somebody_wait(here: Installation, forger: Forger) -> None:
    for _ in range(100):
        here.sign_on.finish([("code", "x"), ("state", "y")], "", "10.9.9.8")
    assert enter(here, forger, address="10.9.9.8").secret
