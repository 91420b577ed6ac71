"""Who can reach the page: this machine alone while there are no users; anybody else only where it is safe."""

import json
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher

import search_app
from index.access import Handling, Role
from index.tokens import Scope, Tokens
from index.users import Users

ROOT = Path(__file__).resolve().parent.parent
GOOD = "correct horse battery"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def with_users(data: Path) -> Users:
    users = Users(data, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    users.add("chief", role=Role.ADMIN, clearance=Handling.RED, password=GOOD)
    return users


def refusal(data: Path, *arguments: str) -> str:
    """What the server says instead of starting; "" where it would start."""
    try:
        search_app._check_reach(search_app._parser().parse_args([*arguments, "--data", str(data)]))
    except search_app._CannotStart as exc:
        return str(exc)
    return ""


@pytest.mark.parametrize(
    "arguments", [(), ("--host", "127.0.0.1"), ("--host", "::1"), ("--host", "127.0.0.9"), ("--host", "localhost")]
)
def test_without_users_this_machine_alone_is_served(data: Path, arguments: tuple[str, ...]) -> None:
    assert refusal(data, *arguments) == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ("--host", "0.0.0.0"),
        ("--host", "::"),
        ("--host", "192.168.1.5"),
        ("--host", "example.org"),
        ("--trusted-host", "x.org"),
        ("--proxy", "10.0.0.1"),
    ],
)
def test_without_users_nobody_else_is(data: Path, arguments: tuple[str, ...]) -> None:
    assert "users add NAME --role admin" in refusal(data, *arguments)
    with_users(data)
    assert "users add" not in refusal(data, *arguments)


def test_a_server_for_all_addresses_needs_its_name(data: Path) -> None:
    with_users(data)
    assert "--trusted-host" in refusal(data, "--host", "0.0.0.0")
    assert refusal(data, "--host", "0.0.0.0", "--trusted-host", "kalla.example.org") == ""


def test_without_tls_it_is_said(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with_users(data)
    assert refusal(data, "--host", "192.168.1.5") == "" and "--tls-cert" in capsys.readouterr().err
    assert refusal(data, "--host", "192.168.1.5", "--proxy", "192.168.1.1") == "" and capsys.readouterr().err == ""


def test_a_certificate_has_its_key(data: Path, tmp_path: Path) -> None:
    (tmp_path / "cert.pem").write_text("x")
    assert "both" in refusal(data, "--tls-cert", str(tmp_path / "cert.pem"))
    assert "no file" in refusal(data, "--tls-cert", str(tmp_path / "cert.pem"), "--tls-key", str(tmp_path / "none.pem"))


def test_a_damaged_file_of_users_lets_nobody_in(data: Path) -> None:
    data.mkdir()
    (data / "people.sqlite").write_bytes(b"damaged" * 1000)
    assert "people.sqlite" in refusal(data)


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for localhost that nobody else has signed."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False).sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "cert.pem", folder / "key.pem"


def wait_for(ask: Callable[[], object], process: "subprocess.Popen[str]") -> object:
    ends = time.monotonic() + 90
    while True:
        try:
            return ask()
        except (urllib.error.URLError, ConnectionError):
            assert process.poll() is None and time.monotonic() < ends
            time.sleep(0.2)


def test_the_real_server_by_tls_asks_to_sign_in_and_knows_its_name(data: Path, tmp_path: Path) -> None:
    chief = with_users(data).find("chief")
    token = Tokens(data).make(chief, "test", scopes=[Scope.READ], clearance=Handling.GREEN, days=1)
    cert, key = certificate(tmp_path)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "search_app.py", "--data", str(data), "--corpus", str(tmp_path), "--port", str(port),
        "--tls-cert", str(cert), "--tls-key", str(key),
    ]  # fmt: skip
    context = ssl.create_default_context(cafile=str(cert))
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:

            def ask(path: str, **headers: str) -> tuple[int, bytes]:
                request = urllib.request.Request(f"https://localhost:{port}{path}", headers=headers)
                try:
                    with urllib.request.urlopen(request, context=context, timeout=20) as answer:
                        return answer.status, answer.read()
                except urllib.error.HTTPError as error:
                    return error.code, error.read()

            assert wait_for(lambda: ask("/healthz"), process)[0] == 200  # type: ignore[index]
            assert ask("/en/counts") == (401, json.dumps({"detail": "Sign in first."}, separators=(",", ":")).encode())
            assert ask("/api/v1/me")[0] == 401
            status, told = ask("/api/v1/me", Authorization=f"Bearer {token}")
            assert status == 200 and json.loads(told)["clearance"] == "TLP:GREEN"
            assert ask("/api/v1/search?q=siren", Authorization=f"Bearer {token}")[0] == 200
            status, page = ask("/en/library", Accept="text/html")
            assert status == 200 and b"Sign in" in page and b"k-brand" in page  # led to the form
            assert ask("/en/library", Host="evil.example")[0] == 400
            assert ask("/mcp")[0] == 401 and ask("/mcp", Authorization=f"Bearer {token}")[0] == 405  # it takes POST alone
        finally:
            process.terminate()
            out, errors = process.communicate(timeout=30)
    assert process.returncode == 0 and errors == ""
    assert f"https://127.0.0.1:{port}/" in out
