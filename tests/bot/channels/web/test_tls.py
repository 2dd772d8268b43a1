"""https by our own certificate: nothing goes over a wire in clear, and cookies are
bound to it.
"""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.bot.channels.web.browser import SENTENCE, Browser
from tests.bot.channels.web.line import Line
from tests.bot.channels.web.test_serve import serve

COOKIE = {"Secure", "HttpOnly", "SameSite=strict", "Path=/"}


@dataclass(frozen=True)
class Pair:
    """A certificate for this machine that signs itself, and its key, as files."""

    cert: Path
    key: Path

    @property
    def settings(self) -> dict[str, str]:
        return {
            "JIANFU_WEB__TLS_CERT": str(self.cert),
            "JIANFU_WEB__TLS_KEY": str(self.key),
        }


def make_pair(folder: Path, password: bytes | None = None) -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    own = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    now = datetime.now(UTC)
    cert = (
        x509.CertificateBuilder(
            name, name, key.public_key(), x509.random_serial_number()
        )
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(own), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    lock = (
        serialization.BestAvailableEncryption(password)
        if password
        else serialization.NoEncryption()
    )
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    folder.mkdir(exist_ok=True)
    pair = Pair(folder / "cert.pem", folder / "key.pem")
    pair.cert.write_bytes(cert.public_bytes(pem))
    pair.key.write_bytes(key.private_bytes(pem, pkcs8, lock))
    return pair


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return make_pair(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory, pair: Pair) -> Iterator[Line]:
    """Open to every address, which without TLS is refused."""
    line = Line(tmp_path_factory.mktemp("line"), "--host", "0.0.0.0", **pair.settings)
    yield line
    line.stop()


def trusting(pair: Pair) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=pair.cert)


def test_the_cookie_is_bound_to_this_host_and_to_https(line: Line, pair: Pair) -> None:
    assert line.url.startswith("https://0.0.0.0:")
    page = httpx.get(
        f"https://127.0.0.1:{line.port}", verify=trusting(pair), trust_env=False
    )
    name, _, rest = page.headers["set-cookie"].partition("=")
    assert (name, set(rest.split("; ")[1:])) == ("__Host-s", COOKIE), (
        "and no Domain, no Max-Age"
    )
    assert page.headers["strict-transport-security"] == "max-age=31536000"


def test_a_report_is_filed_over_https(line: Line, pair: Pair) -> None:
    with Browser(f"https://127.0.0.1:{line.port}", verify=trusting(pair)) as browser:
        assert len(browser.file(SENTENCE)) == 19
        browser.press("lang")
        assert browser.client.cookies["__Host-l"] == "en"
        assert browser.client.post("/leave").status_code == 303
        assert "__Host-s" not in browser.client.cookies


def test_nothing_is_said_in_clear_on_that_port(line: Line) -> None:
    with pytest.raises(httpx.TransportError):
        httpx.get(f"http://127.0.0.1:{line.port}", trust_env=False)


def test_who_does_not_know_the_certificate_is_warned(line: Line) -> None:
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(f"https://127.0.0.1:{line.port}", trust_env=False)


@pytest.mark.parametrize("wrong", ["missing", "mixed", "locked", "nonsense"])
def test_a_certificate_that_cannot_be_used_is_one_line(
    tmp_path: Path, pair: Pair, wrong: str
) -> None:
    """Neither a traceback nor a question for a password that nobody is there
    to answer.
    """
    cert, key = pair.cert, pair.key
    if wrong == "missing":
        key = tmp_path / "none.pem"
    elif wrong == "mixed":
        key = make_pair(tmp_path / "other").key
    elif wrong == "locked":
        locked = make_pair(tmp_path / "other", b"a password")
        cert, key = locked.cert, locked.key
    else:
        cert = tmp_path / "cert.pem"
        cert.write_text("nonsense")
    done = serve(tmp_path, "--port", "0", **Pair(cert, key).settings)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1 and str(tmp_path) in done.stderr
    assert not (tmp_path / "data").exists()
