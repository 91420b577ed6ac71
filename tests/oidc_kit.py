"""OpenID providers on this machine: a real one in a process of its own, and one that lies as it is told."""

import base64
import hashlib
import json
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote_plus, urlencode, urlsplit

import httpx2
from argon2 import PasswordHasher
from joserfc import jwt
from joserfc.jwk import RSAKey

from index.access import Handling, Role
from index.gate import Gate
from index.oidc import SignOn
from index.oidc_provider import Provider
from index.oidc_rules import Rule, Rules
from index.oidc_settings import OidcSettings
from index.users import Users

GOOD = "correct horse battery"
HOST = "http://127.0.0.1:7860"
SECRET = "se+cret/%&=:"
RULES = Rules(
    rules=(
        Rule(claim="groups", value="kalla-editors", role=Role.EDITOR, clearance=Handling.AMBER),
        Rule(claim="groups", value="kalla-admins", role=Role.ADMIN),
        Rule(claim="city", value="Stockholm", groups=("Stockholm",), clearance=Handling.GREEN),
    )
)


def users_of(data: Path) -> Users:
    """The accounts of a folder, with an administrator who has a password; hashes cost next to nothing."""
    users = Users(data, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    if not users.any():
        users.add("chief", role=Role.ADMIN, clearance=Handling.RED, password=GOOD)
    return users


def settings(issuer: str, **changed: Any) -> OidcSettings:
    return OidcSettings(
        **{
            "issuer": issuer, "client_id": "kalla", "client_secret": SECRET, "name": "City Login", "address": HOST, "rules": RULES,
            **changed,
        }
    )  # fmt: skip


# -- a provider that lies


class Forger:
    """A provider that does all as it should, with PKCE, redirect address and secret checked, but where a test changes it."""

    def __init__(self, name: str = "127.0.0.1") -> None:
        self.keys = [RSAKey.generate_key(2048, {"kid": "first", "use": "sig", "alg": "RS256"})]
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.issuer = f"http://{name}:{self.server.server_address[1]}"
        self.home = HOST  # where browsers are to be sent back to
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []
        self.reset()

    def reset(self) -> None:
        self.person: dict[str, Any] = {"sub": "u1", "preferred_username": "Anna.Berg", "groups": ["kalla-editors"]}
        self.told: dict[str, Any] | None = None  # what the userinfo endpoint says, where it differs from `person`
        self.change: Callable[[dict[str, Any]], dict[str, Any]] = lambda claims: claims
        self.sign: Callable[[dict[str, Any]], str] = self.signed
        self.about: dict[str, Any] = {}
        self.answers: dict[str, Callable[[Any], None]] = {}  # path -> what is answered there instead
        self.listed: list[Any] = [key.as_dict(private=False) for key in self.keys[:1]]
        self.codes.clear()
        self.asked.clear()

    def signed(self, claims: dict[str, Any], key: Any = None, **header: Any) -> str:
        return jwt.encode({"alg": "RS256", "kid": "first", **header}, claims, key or self.keys[0], algorithms=["RS256"])

    def approve(self, address: str) -> dict[str, str]:
        """What the browser brings back from the place that it was sent to, when its user has agreed."""
        sent = dict(parse_qsl(urlsplit(address).query))
        assert sent["response_type"] == "code" and sent["client_id"] == "kalla" and sent["code_challenge_method"] == "S256"
        assert sent["redirect_uri"] == f"{self.home}/sign-in/callback" and "openid" in sent["scope"].split()
        code = secrets.token_urlsafe(16)
        self.codes[code] = sent
        return {"code": code, "state": sent["state"]}

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        sent = self.codes.pop(form.get("code", ""), None)
        basic = base64.b64decode(authorization.removeprefix("Basic ")).decode() if authorization else ""
        known = [unquote_plus(part) for part in basic.split(":")] or [form.get("client_id"), form.get("client_secret")]
        if not basic:
            known = [form.get("client_id", ""), form.get("client_secret", "")]
        if known != ["kalla", SECRET]:
            return 401, {"error": "invalid_client"}
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).decode().rstrip("=")
        if sent is None or sent["code_challenge"] != challenge or sent["redirect_uri"] != form.get("redirect_uri"):
            return 400, {"error": "invalid_grant", "error_description": "<b>no</b>"}
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": "kalla", "iat": now, "exp": now + 300, "nonce": sent["nonce"], **self.person}
        return 200, {
            "access_token": "opaque",
            "token_type": "Bearer",
            "expires_in": 300,
            "id_token": self.sign(self.change(claims)),
        }

    def metadata(self) -> dict[str, Any]:
        held = {
            "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize", "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys", "userinfo_endpoint": f"{self.issuer}/userinfo",
            "id_token_signing_alg_values_supported": ["RS256"], **self.about,
        }  # fmt: skip
        return {name: value for name, value in held.items() if value is not None}


def _handler(forger: Forger) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            forger.asked.append(path)
            if path in forger.answers:
                forger.answers[path](self)
            elif path == "/.well-known/openid-configuration":
                answer(self, forger.metadata())
            elif path == "/keys":
                answer(self, {"keys": forger.listed})
            elif path == "/authorize":  # its user agrees to all
                back = with_query(f"{forger.home}/sign-in/callback", forger.approve(self.path))
                answer(self, b"", 302, Location=back)
            elif path == "/userinfo":
                answer(self, forger.person if forger.told is None else forger.told)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            forger.asked.append(self.path)
            if self.path in forger.answers:
                forger.answers[self.path](self)
                return
            form = {name: values[0] for name, values in parse_qs(body).items()}
            status, held = forger.token(form, self.headers.get("Authorization", ""))
            answer(self, held, status)

    return Handler


def answer(handler: Any, held: Any, status: int = 200, **headers: str) -> None:
    body = held if isinstance(held, bytes) else json.dumps(held).encode()
    handler.send_response(status)
    for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    try:
        handler.wfile.write(body)
    except OSError:
        pass  # nobody listens any more


@contextmanager
def forging(name: str = "127.0.0.1") -> Iterator[Forger]:
    """`name`: of this machine, by which it is called."""
    forger = Forger(name)
    thread = threading.Thread(target=forger.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield forger
    finally:
        forger.server.shutdown()
        thread.join()
        forger.server.server_close()


# -- a real one


@contextmanager
def running(command: list[str], port: int) -> Iterator[str]:
    """A provider in a process of its own; its address, when it answers."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait_for(f"http://127.0.0.1:{port}/.well-known/openid-configuration", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()


def wait_for(address: str, process: "subprocess.Popen[Any]") -> None:
    """Wait until a server answers."""
    ends = time.monotonic() + 60
    while True:
        try:
            httpx2.get(address).raise_for_status()
            return
        except httpx2.HTTPError:
            assert process.poll() is None and time.monotonic() < ends
            time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def mock_provider() -> Iterator[tuple[str, str, str]]:
    """oidc-provider-mock: its issuer, and the id and secret that it gave us when we registered."""
    port = free_port()
    with running([sys.executable, "-m", "oidc_provider_mock", "-p", str(port), "-r", "true", "-n", "true"], port) as issuer:
        sent = {"redirect_uris": [f"{HOST}/sign-in/callback"], "token_endpoint_auth_method": "client_secret_basic"}
        made = httpx2.post(f"{issuer}/oauth2/clients", json=sent).raise_for_status().json()
        yield issuer, made["client_id"], made["client_secret"]


# -- somebody with a browser


@dataclass(frozen=True, kw_only=True)
class Installation:
    """A gate with single sign-on, without a page."""

    data: Path
    gate: Gate
    sign_on: SignOn


def install(
    data: Path, issuer: str, *, patience: float = 5.0, clock: Callable[[], float] = time.time, **changed: Any
) -> Installation:
    gate = Gate(data, users=users_of(data), open_to_others=True)
    chosen = settings(issuer, **changed)
    return Installation(
        data=data, gate=gate, sign_on=SignOn(chosen, gate, data, provider=Provider(chosen, patience=patience), clock=clock)
    )


def query(held: dict[str, str]) -> list[tuple[str, str]]:
    return list(held.items())


def with_query(address: str, held: dict[str, str]) -> str:
    return f"{address}?{urlencode(held)}"
