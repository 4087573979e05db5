"""A feed is fetched from where it may be, and from nowhere that it leads to."""

from __future__ import annotations

import datetime as dt
import gzip
import ipaddress
import socket
import ssl
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from concord.exchange.feeds import fetching
from concord.exchange.feeds.fetching import (
    MOST_BYTES,
    Policy,
    UnreachableFeedError,
    fetch,
    is_public,
)

Answer = Callable[[BaseHTTPRequestHandler], None]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """Connections that are cut off are what is tried here."""


@contextmanager
def _serving(
    answers: dict[str, Answer], context: ssl.SSLContext | None = None
) -> Iterator[_Server]:
    class Handler(BaseHTTPRequestHandler):
        seen: ClassVar[list[tuple[str, dict[str, str]]]] = []

        def do_GET(self) -> None:
            self.seen.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
            with suppress(OSError):
                answers[self.path.partition("?")[0]](self)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = _Server(("127.0.0.1", 0), Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=[0.05])
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _port(server: _Server) -> int:
    return int(server.server_address[1])


def _policy(*servers: _Server, **more: bool) -> Policy:
    settings = {"allow_http": True, "allow_private": True} | more
    return Policy(ports=tuple(map(_port, servers)), **settings)


def _url(server: _Server, path: str = "/", host: str = "127.0.0.1", scheme: str = "http") -> str:
    return f"{scheme}://{host}:{_port(server)}{path}"


def _body(data: bytes, **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        for name, value in ({"Content_Length": str(len(data))} | headers).items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(data)

    return answer


def _redirect(to: str, status: int = 302) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Location", to)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def _drip(before: bytes, piece: bytes, wait: float) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(before)
        for _step in range(100_000):
            handler.wfile.write(piece)
            time.sleep(wait)

    return answer


def _refusal(url: str, policy: Policy) -> str:
    with pytest.raises(UnreachableFeedError) as caught:
        fetch(url, allowed=policy)
    return caught.value.detail


def test_a_feed_is_fetched_with_its_type_and_its_time() -> None:
    with _serving({"/feed": _body(b"BEGIN:VCALENDAR", Content_Type="text/calendar")}) as server:
        got = fetch(_url(server, "/feed?a=b c".replace(" ", "%20")), allowed=_policy(server))
        path, headers = server.RequestHandlerClass.seen[-1]  # type: ignore[attr-defined]
    assert (got.data, got.content_type) == (b"BEGIN:VCALENDAR", "text/calendar")
    assert abs(got.at - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=1)
    assert path == "/feed?a=b%20c"
    assert headers["user-agent"].startswith("Concord")
    assert headers["host"] == f"127.0.0.1:{_port(server)}"
    assert not {"cookie", "authorization"} & headers.keys()


def test_a_body_in_pieces_and_a_packed_body_are_put_together() -> None:
    def pieces(handler: BaseHTTPRequestHandler) -> None:
        handler.protocol_version = "HTTP/1.1"
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for piece in (b"one ", b"two"):
            handler.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        handler.wfile.write(b"0\r\n\r\n")

    answers = {
        "/pieces": pieces,
        "/gzip": _body(gzip.compress(b"one two"), Content_Encoding="gzip"),
        "/deflate": _body(zlib.compress(b"one two"), Content_Encoding="deflate"),
        "/empty": _body(b""),
    }
    with _serving(answers) as server:
        for path in ("/pieces", "/gzip", "/deflate"):
            assert fetch(_url(server, path), allowed=_policy(server)).data == b"one two"
        assert fetch(_url(server, "/empty"), allowed=_policy(server)).data == b""


def test_redirects_are_followed_three_times() -> None:
    answers = {f"/{step}": _redirect(f"/{step + 1}", 307) for step in range(4)}
    with _serving(answers | {"/4": _body(b"end")}) as server:
        policy = _policy(server)
        got = fetch(_url(server, "/1"), allowed=policy)
        assert (got.data, got.url) == (b"end", _url(server, "/4"))
        assert _refusal(_url(server, "/0"), policy) == "It redirects more than 3 times."


@pytest.mark.parametrize(
    "host",
    [
        "localhost", "127.0.0.1", "127.1", "2130706433", "0x7f000001", "017700000001", "0.0.0.0",  # noqa: S104
        "0", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::127.0.0.1]",
        "[2002:7f00:1::]", "169.254.169.254", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1",
        "[fe80::1]", "[fc00::1]", "[fec0::1]", "224.0.0.1", "255.255.255.255", "localhost.",
        "LOCALHOST", "１２７.0.0.1",
    ],
)  # fmt: skip
def test_an_address_of_a_private_network_is_refused(host: str) -> None:
    reason = _refusal(f"https://{host}/", Policy())
    # some spellings are no address to every resolver: then there is nothing to connect to
    assert "is not a public address" in reason or "is not known" in reason


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://centre.example/", "https"),
        ("ftp://centre.example/", "https"),
        ("file:///etc/passwd", "https"),
        ("//centre.example/", "https"),
        ("", "https"),
        ("https://", "names no server"),
        ("https:///path", "names no server"),
        ("https://user@centre.example/", "user name"),
        ("https://user:word@centre.example/", "user name"),
        ("https://@centre.example/", "user name"),
        ("https://centre.example:8443/", "Port 8443"),
        ("https://centre.example:22/", "Port 22"),
        ("https://centre.example:x/", "not an address"),
        ("https://[::1/", "not an address"),
        ("https://centre.example\\@127.0.0.1/", "blanks"),
        ("https://centre.example/\r\nHost: x", "blanks"),
        (" https://centre.example/", "blanks"),
        ("https://" + "a" * 70 + ".example/", "not an address"),
    ],
)
def test_an_address_that_is_odd_is_refused(url: str, reason: str) -> None:
    assert reason in _refusal(url, Policy())


class _World:
    """An internet of two sorts of things: what names answer, and where addresses lead to.

    Stands in for the network alone, beneath all that is tried here.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.names: dict[str, list[list[str]]] = {}
        """For each name the addresses that it answers, one list for each time it is asked."""
        self.routes: dict[str, str] = {}
        self.connected: list[str] = []
        self._find, self._connect = socket.getaddrinfo, socket.create_connection
        monkeypatch.setattr(socket, "getaddrinfo", self.find)
        monkeypatch.setattr(socket, "create_connection", self.connect)

    def find(self, host: str, port: int, *args: int, **more: int) -> list[Any]:
        if host not in self.names:
            return self._find(host, port, *args, **more)
        answers = self.names[host]
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        return [found for each in addresses for found in self._find(each, port, *args, **more)]

    def connect(self, address: tuple[str, int], timeout: float) -> socket.socket:
        self.connected.append(address[0])
        if address[0] not in self.routes and not address[0].startswith("127."):
            raise ConnectionRefusedError(address)
        return self._connect((self.routes.get(address[0], address[0]), address[1]), timeout)


PUBLIC = "93.184.215.14"


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> _World:
    return _World(monkeypatch)


def test_a_redirect_to_a_private_address_is_refused(world: _World) -> None:
    world.names = {"public.example": [[PUBLIC]], "inner.example": [["127.0.0.1"]]}
    world.routes = {PUBLIC: "127.0.0.1"}
    with _serving({"/feed": _body(b"secret")}) as inner:
        answers = {
            "/": _body(b"open"),
            "/address": _redirect(_url(inner, "/feed")),
            "/name": _redirect(_url(inner, "/feed", host="inner.example")),
            "/file": _redirect("file:///etc/hosts"),
        }
        with _serving(answers) as outer:
            policy = _policy(outer, inner, allow_private=False)
            assert fetch(_url(outer, host="public.example"), allowed=policy).data == b"open"
            for path in ("/address", "/name"):
                reason = _refusal(_url(outer, path, host="public.example"), policy)
                assert "not a public address" in reason
            assert "https://" in _refusal(_url(outer, "/file", host="public.example"), policy)
        assert not inner.RequestHandlerClass.seen  # type: ignore[attr-defined]
    assert set(world.connected) == {PUBLIC}


def test_a_redirect_to_a_port_that_is_not_allowed_is_refused() -> None:
    with _serving({}) as inner, _serving({"/": _redirect(_url(inner))}) as outer:
        assert f"Port {_port(inner)}" in _refusal(_url(outer), _policy(outer))


def test_a_redirect_to_nowhere_is_refused() -> None:
    with _serving({"/": _redirect(""), "/odd": _redirect("http://[::1")}) as server:
        assert "where to" in _refusal(_url(server), _policy(server))
        assert "not an address" in _refusal(_url(server, "/odd"), _policy(server))


def test_the_address_that_was_checked_is_the_one_connected_to(world: _World) -> None:
    """A name that is public when asked for first and private a moment later gains nothing."""
    world.names = {"rebinding.example": [[PUBLIC], ["127.0.0.1"]]}
    with _serving({"/": _body(b"secret")}) as server:
        policy = _policy(server, allow_private=False)
        reason = _refusal(_url(server, host="rebinding.example"), policy)
        assert not server.RequestHandlerClass.seen  # type: ignore[attr-defined]
    assert "No connection" in reason
    assert world.connected == [PUBLIC]


def test_one_private_address_among_public_ones_is_enough_to_refuse(world: _World) -> None:
    world.names = {"both.example": [[PUBLIC, "10.0.0.1"]]}
    assert "not a public address" in _refusal("https://both.example/", Policy())
    assert world.connected == []


def test_a_second_address_is_tried_where_the_first_does_not_answer(world: _World) -> None:
    world.names = {"two.example": [["93.184.215.15", PUBLIC]]}
    world.routes = {PUBLIC: "127.0.0.1"}
    with _serving({"/": _body(b"here")}) as server:
        policy = _policy(server, allow_private=False)
        assert fetch(_url(server, host="two.example"), allowed=policy).data == b"here"
        _path, headers = server.RequestHandlerClass.seen[-1]  # type: ignore[attr-defined]
    assert headers["host"] == f"two.example:{_port(server)}"


@pytest.fixture
def _in_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "MOST_SECONDS", 1.0)


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/calendar\r\n\r\n"


@pytest.mark.usefixtures("_in_a_second")
@pytest.mark.parametrize(
    "slow",
    [
        _drip(HEAD, b"x", 0.05),
        _drip(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", 0.05),
        _drip(b"HTTP/1.1 200 OK\r\nX: ", b"y", 0.05),
        _drip(b"", b"", 0.05),
        _drip(
            HEAD.replace(b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\n"),
            b"1\r\nx\r\n",
            0.05,
        ),
        _drip(HEAD.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n"), b"", 0.05),
    ],
    ids=["body", "headers", "one header", "nothing", "pieces", "packed"],
)
def test_what_comes_too_slowly_is_given_up_in_time(slow: Answer) -> None:
    with _serving({"/": slow}) as server:
        begun = time.monotonic()
        reason = _refusal(_url(server), _policy(server))
        assert time.monotonic() - begun < 30
    assert reason == "It takes longer than 1 seconds."


def test_a_body_without_end_is_cut_off() -> None:
    with _serving({"/": _drip(HEAD, b"x" * 100_000, 0)}) as server:
        assert _refusal(_url(server), _policy(server)) == "It is larger than 10 MB."


def test_a_packed_body_that_grows_without_end_is_cut_off() -> None:
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(
        [packer.compress(bytes(1_000_000)) for _step in range(1_000)] + [packer.flush()]
    )
    assert len(bomb) < MOST_BYTES / 5  # a thousand megabytes
    with _serving({"/": _body(bomb, Content_Encoding="gzip")}) as server:
        tracemalloc.start()
        try:
            assert _refusal(_url(server), _policy(server)) == "It is larger than 10 MB."
            assert tracemalloc.get_traced_memory()[1] < 6 * MOST_BYTES
        finally:
            tracemalloc.stop()


def test_an_answer_that_is_none_is_refused() -> None:
    def broken_off(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")

    answers = {
        "/half": broken_off,
        "/half-packed": _body(gzip.compress(b"x" * 99)[:-9], Content_Encoding="gzip"),
        "/not-packed": _body(b"plain", Content_Encoding="gzip"),
        "/unknown": _body(b"?", Content_Encoding="br"),
        "/noise": lambda handler: handler.wfile.write(b"SSH-2.0\r\n\r\n") and None,
        "/gone": lambda handler: handler.send_error(410),
    }
    reasons = {
        "/half": "broke off",
        "/half-packed": "broke off",
        "/not-packed": "cannot be unpacked",
        "/unknown": "not known: br",
        "/noise": "does not answer as a web server",
        "/gone": "status 410",
    }
    with _serving(answers) as server:
        for path, reason in reasons.items():
            assert reason in _refusal(_url(server, path), _policy(server))
        policy, url = _policy(server), _url(server)
    assert "No connection" in _refusal(url, policy)


def _certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, Path]:
    """A server's certificate for ``name`` that is its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    path.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context, path


def test_a_certificate_must_be_valid_for_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, path = _certificate(tmp_path, "localhost")
    with _serving(
        {"/": _body(b"safe"), "/weaker": _redirect("http://localhost/")}, context
    ) as server:
        policy = _policy(server)
        named = _url(server, host="localhost", scheme="https")
        assert "certificate" in _refusal(named, policy)  # nobody vouches for it
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
        assert fetch(named, allowed=policy).data == b"safe"
        assert "certificate" in _refusal(_url(server, scheme="https"), policy)
        assert "from https to another" in _refusal(named + "weaker", policy)


@pytest.mark.usefixtures("_in_a_second")
def test_a_server_that_never_shakes_hands_is_given_up_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        policy = Policy(allow_private=True, ports=(port,))
        begun = time.monotonic()
        assert "longer than" in _refusal(f"https://127.0.0.1:{port}/", policy)
        assert time.monotonic() - begun < 30


@given(st.ip_addresses(v=4))
def test_an_address_within_another_is_as_public_as_it_is_itself(
    inner: ipaddress.IPv4Address,
) -> None:
    for prefix in ("::ffff:", "64:ff9b::"):
        assert is_public(ipaddress.IPv6Address(f"{prefix}{inner}")) == is_public(inner)


@given(st.text() | st.from_regex(r"https?://[^/]{0,20}/?", fullmatch=True))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    with suppress(UnreachableFeedError):
        fetching._checked(text, Policy())
