"""The forum as it is deployed: behind nginx with docs/deploy/nginx.conf, over TLS, with COMITY_PROXY.

Skipped, and said so, where nginx is not installed. Only names of files and numbers of ports are changed.
"""

from __future__ import annotations

import gzip
import http.client
import http.cookies
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
HOST = "forum.example.org"
PASSWORD = "a quiet harbour in winter"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(NGINX is None, reason="nginx is not installed: the forum behind it is not tested"),
]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def make_certificate(folder: Path) -> None:
    """A certificate that the server gives itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )


class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def words(self) -> str:
        return self.body.decode("utf-8", "replace")


class Server:
    """Both servers, and what they write to their logs."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.secure, self.plain, self.inner = folder, free_port(), free_port(), free_port()
        make_certificate(folder)
        words = (ROOT / "docs" / "deploy" / "nginx.conf").read_text(encoding="utf-8")
        for before, after in {
            "listen 443 ": f"listen 127.0.0.1:{self.secure} ",
            "listen 80;": f"listen 127.0.0.1:{self.plain};",
            "127.0.0.1:8000": f"127.0.0.1:{self.inner}",
            f"/etc/letsencrypt/live/{HOST}/fullchain.pem": str(folder / "cert.pem"),
            f"/etc/letsencrypt/live/{HOST}/privkey.pem": str(folder / "key.pem"),
        }.items():
            assert before in words, before
            words = words.replace(before, after)
        words = re.sub(r"(?m)^.*listen \[::\].*\n", "", words)
        places = "".join(
            f"{kind}_temp_path {folder / kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (folder / "nginx.conf").write_text(
            f"pid {folder}/pid; error_log {folder}/error.log; worker_processes 1; daemon off;\n"
            f"events {{}}\nhttp {{ {places} access_log {folder}/access.log; gzip on;\n{words}\n}}\n",
            encoding="utf-8",
        )
        self.nginx: subprocess.Popen[bytes] | None = None
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("COMITY_", "DJANGO_"))}
        self.env = kept | {
            "PYTHONPATH": str(ROOT / "src"),
            "COMITY_DATA": str(folder / "data"),
            "COMITY_HOSTS": HOST,
            "COMITY_PROXY": "yes",
        }
        with (folder / "forum.log").open("wb") as log:
            self.forum = subprocess.Popen(
                [sys.executable, "-m", "comity", "forum", "--port", str(self.inner), "--threads", "2"],
                env=self.env,
                cwd=folder,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._wait()
        with (folder / "nginx.log").open("wb") as log:
            self.nginx = subprocess.Popen([str(NGINX), *self.options], stdout=log, stderr=subprocess.STDOUT)
        end = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.secure), 1).close()
                break
            except OSError:
                assert self.nginx.poll() is None, (folder / "nginx.log").read_text()
                assert time.monotonic() < end
                time.sleep(0.05)

    @property
    def options(self) -> list[str]:
        return [
            "-c",
            str(self.folder / "nginx.conf"),
            "-p",
            str(self.folder),
            "-e",
            str(self.folder / "error.log"),
        ]

    def _wait(self) -> None:
        end = time.monotonic() + 60
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.inner}/health", timeout=5):
                    return
            except OSError:
                said = (self.folder / "forum.log").read_text()
                assert self.forum.poll() is None, said
                assert time.monotonic() < end, said
                time.sleep(0.1)

    def close(self) -> None:
        for each in (self.nginx, self.forum):
            if each is not None:
                each.terminate()
                each.wait(20)

    def ask(
        self,
        path: str,
        method: str = "GET",
        body: bytes | None = None,
        *,
        secure: bool = True,
        source: str = "127.0.0.1",
        **headers: str,
    ) -> Answer:
        """Ask nginx as a browser elsewhere would."""
        trust = ssl.create_default_context(cafile=str(self.folder / "cert.pem"))
        port = self.secure if secure else self.plain
        raw = socket.create_connection(("127.0.0.1", port), 30, source_address=(source, 0))
        link = http.client.HTTPConnection(HOST, port)
        link.sock = trust.wrap_socket(raw, server_hostname=HOST) if secure else raw
        sent = {"Host": HOST} | {name.replace("_", "-"): value for name, value in headers.items()}
        link.request(method, path, body, sent)
        found = link.getresponse()
        answer = Answer(found.status, found.headers, found.read())
        link.close()
        return answer

    def link(self) -> str:
        """The one-time link that the first start printed."""
        return (self.folder / "forum.log").read_text().split("Administrator", 1)[1].split()[5]


class Browser:
    """Keeps cookies, and sends forms with their marks."""

    def __init__(self, server: Server) -> None:
        self.server, self.cookies = server, http.cookies.SimpleCookie()

    def _more(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={each.value}" for name, each in self.cookies.items())}

    def get(self, path: str, **more: Any) -> Answer:
        return self._keep(self.server.ask(path, **self._more(), **more))

    def post(self, path: str, page: str, **fields: str) -> Answer:
        mark = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.get(page).words)
        assert mark
        body = urllib.parse.urlencode({"csrfmiddlewaretoken": mark[1], **fields}).encode()
        more = {"Content_Type": "application/x-www-form-urlencoded", "Referer": f"https://{HOST}{page}"}
        return self._keep(self.server.ask(path, "POST", body, **self._more(), **more))

    def _keep(self, answer: Answer) -> Answer:
        for each in answer.headers.get_all("Set-Cookie", ()):
            self.cookies.load(each)
        return answer


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    made = Server(tmp_path_factory.mktemp("proxy"))
    yield made
    made.close()


def test_nginx_accepts_the_file(server):
    done = subprocess.run([str(NGINX), "-t", *server.options], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "[warn]" not in done.stderr or "http2" in done.stderr


def test_pages_and_headers_over_tls(server):
    answer = server.ask("/")
    assert answer.status == 200
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert re.fullmatch(r"nginx", answer.headers["Server"]), "no version"
    assert server.ask("/", Host="evil.example").status == 400
    moved = server.ask("/r/some/", secure=False)
    assert (moved.status, moved.headers["Location"]) == (301, f"https://{HOST}/r/some/")
    health = server.ask("/health")
    assert (health.status, health.body) == (200, b'{"status": "ok", "database": "sqlite"}')


def test_static_files_are_squeezed_and_pages_are_not(server):
    style = server.ask("/static/forum/forum.css", Accept_Encoding="gzip")
    assert style.status == 200
    assert style.headers["Content-Encoding"] == "gzip"
    assert b"--accent" in gzip.decompress(style.body)
    assert "max-age=600" in style.headers["Cache-Control"]
    page = server.ask("/", Accept_Encoding="gzip")
    assert page.headers.get("Content-Encoding") is None
    assert "no-store" in page.headers["Cache-Control"]


def test_a_first_start_to_a_signed_in_administrator(server):
    """Links, cookies and redirects are those of the outer address."""
    link = server.link()
    assert link.startswith(f"https://{HOST}/enter/"), "the link that is printed works from outside"
    path = link.removeprefix(f"https://{HOST}")
    browser = Browser(server)
    assert browser.get(path).status == 200
    taken = browser.post(path, path, username="kalina", password=PASSWORD)
    assert taken.status == 302
    for name in ("comity_session", "csrftoken"):
        cookie = browser.cookies[name]
        assert cookie["secure"], name
        assert cookie["httponly"], name
        assert cookie["samesite"] == "Lax"
    assert "kalina" in browser.get("/account/").words
    assert browser.post("/account/logout/", "/account/").status == 302
    assert browser.post("/account/login/", "/account/login/", login="kalina", password=PASSWORD).status == 302
    token = path.split("/")[2]
    for log in ("access.log", "error.log"):
        assert token not in (server.folder / log).read_text(), "one-time links are not kept in logs"
    assert (server.folder / "forum.log").read_text().count(token) == 1, "where it was handed out"


def test_too_large_is_refused_in_words(server):
    """Over 20 MB by the forum; far over it by nginx, which does not hand it on."""
    answer = server.ask("/account/login/", "POST", b"x" * (26 * 1024 * 1024))
    assert answer.status == 413
    assert "larger than 20 MB" in answer.words
    assert "<script" not in answer.words
    assert server.ask("/health").status == 200


def test_a_guesser_is_counted_by_their_own_address(server):
    """What a guesser says of its address is not believed; others may still sign in."""

    def guess(source: str, n: int) -> str:
        page = server.ask("/account/login/", source=source)
        mark = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.words)
        cookie = http.cookies.SimpleCookie(page.headers["Set-Cookie"])["csrftoken"].value
        assert mark
        body = urllib.parse.urlencode(
            {"csrfmiddlewaretoken": mark[1], "login": f"somebody-{source}-{n}", "password": "wrong"}
        ).encode()
        return server.ask(
            "/account/login/", "POST", body, source=source, Cookie=f"csrftoken={cookie}",
            Content_Type="application/x-www-form-urlencoded", Referer=f"https://{HOST}/account/login/",
            X_Forwarded_For=f"198.51.100.{n}", X_Real_IP=f"198.51.100.{n}",
        ).words  # fmt: skip

    said = [guess("127.0.0.7", n) for n in range(14)]
    assert "Too many failed" not in said[0]
    assert "Too many failed" in said[-1], "fourteen names within a minute"
    assert "Too many failed" not in guess("127.0.0.8", 1)


def test_an_upgrade_to_a_websocket_is_an_ordinary_request(server):
    answer = server.ask("/", Connection="Upgrade", Upgrade="websocket", Sec_WebSocket_Version="13")
    assert answer.status == 200
