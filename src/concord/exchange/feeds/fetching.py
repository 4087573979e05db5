"""A feed fetched over the network without being led into one's own.

Every address that a name resolves to is checked, and the very address that was checked is
connected to: a name that answers otherwise a moment later (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import datetime as dt
import http.client
import ipaddress
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from concord.record.errors import ConcordError

USER_AGENT: Final = "Concord (register of nuclear security training)"
MOST_SECONDS: Final = 10.0
"""For all of it: names, connections, redirects and the body."""
MOST_BYTES: Final = 10_000_000
"""Of the body, as it is sent and as it is unpacked."""
MOST_REDIRECTS: Final = 3

_REDIRECTS: Final = (301, 302, 303, 307, 308)
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_PACKED: Final = {"gzip", "x-gzip", "deflate"}
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class UnreachableFeedError(ConcordError):
    """The feed was not fetched; ``detail`` says why."""

    code = "unreachable-feed"
    status = 502
    title = gettext_lazy("The feed cannot be fetched.")


@dataclass(frozen=True, slots=True)
class Policy:
    """Where a feed may be fetched from.

    ``ports`` are allowed beside port 80 where ``allow_http`` is set. ``allow_private`` is for
    tests, and for centres whose feeds lie in their own network.
    """

    allow_http: bool = False
    allow_private: bool = False
    ports: tuple[int, ...] = (443,)


@dataclass(frozen=True, slots=True)
class Fetched:
    """The body of a feed, the address it came from in the end, and when."""

    data: bytes
    content_type: str
    url: str
    at: dt.datetime


def fetch(url: str, *, allowed: Policy) -> Fetched:
    """Fetch ``url`` by GET, within ten seconds and ten megabytes.

    Sends no cookies and no credentials. Follows three redirects at most, each of them checked
    anew, and none from https to http. Raises ``UnreachableFeedError``.
    """
    deadline = time.monotonic() + MOST_SECONDS
    for _step in range(MOST_REDIRECTS + 1):
        target = _checked(url, allowed)
        with _answer(target, allowed, deadline) as answer:
            if answer.status in _REDIRECTS:
                url = _redirected(url, answer.getheader("Location"))
                continue
            if answer.status != http.client.OK:
                raise UnreachableFeedError(
                    _("The server answers with status %(status)s.") % {"status": answer.status}
                )
            content_type = answer.getheader("Content-Type", "")
            return Fetched(_body(answer, deadline), content_type, url, timezone.now())
    raise UnreachableFeedError(
        _("It redirects more than %(most)s times.") % {"most": MOST_REDIRECTS}
    )


def send(url: str, *, body: bytes, headers: Mapping[str, str], allowed: Policy) -> int:
    """Send ``body`` to ``url`` by POST, within ten seconds; return the status of the answer.

    Follows no redirect and reads nothing of the answer but its status. Raises
    ``UnreachableFeedError``.
    """
    deadline = time.monotonic() + MOST_SECONDS
    with _answer(_checked(url, allowed), allowed, deadline, body, headers) as answer:
        return answer.status


def address_require(url: str, *, allowed: Policy) -> None:
    """Raise ``UnreachableFeedError`` for an address that is never fetched, wherever it leads."""
    _checked(url, allowed)


def _checked(url: str, allowed: Policy) -> SplitResult:
    """The parts of an address that may be fetched."""
    if any(letter <= " " or letter in "\\\x7f" for letter in url):
        raise UnreachableFeedError(_("The address has blanks or other signs that none has."))
    try:
        parts = urlsplit(url)
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
        host = (parts.hostname or "").rstrip(".")
        is_named = bool(host) and bool(host.encode("idna"))
    except ValueError as error:
        raise UnreachableFeedError(_("This is not an address of the web.")) from error
    if parts.scheme != "https" and not (parts.scheme == "http" and allowed.allow_http):
        raise UnreachableFeedError(_("Only addresses that begin with https:// are fetched."))
    if not is_named:
        raise UnreachableFeedError(_("The address names no server."))
    if "@" in parts.netloc:
        raise UnreachableFeedError(_("An address with a user name or password is not fetched."))
    if port not in (*allowed.ports, *([80] if allowed.allow_http else [])):
        raise UnreachableFeedError(_("Port %(port)s is not allowed.") % {"port": port})
    return parts


def _redirected(url: str, location: str | None) -> str:
    if not location:
        raise UnreachableFeedError(_("The server redirects, but does not say where to."))
    try:
        # http.client gives headers as Latin-1; servers write UTF-8
        new = urljoin(url, location.encode("latin-1").decode("utf-8", "replace"))
        is_weaker = urlsplit(url).scheme == "https" and urlsplit(new).scheme != "https"
    except ValueError as error:
        raise UnreachableFeedError(_("This is not an address of the web.")) from error
    if is_weaker:
        raise UnreachableFeedError(_("It redirects from https to another protocol."))
    return new


def is_public(address: Address) -> bool:
    """Whether an address is one of the open internet, by itself and by any that it carries."""
    if isinstance(address, ipaddress.IPv6Address):
        carried = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in _NAT64:
            carried.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if not all(is_public(inner) for inner in carried if inner is not None):
            return False
        if address.ipv4_mapped is not None or address in _NAT64:
            return True  # the library counts them among the reserved
        if address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _resolved(host: str, port: int, allowed: Policy, deadline: float) -> list[str]:
    """The addresses of the host; all of them must be public, unless private ones are allowed.

    Numbers such as ``127.1`` or ``0x7f000001`` are read by the resolver itself, as a connection
    would read them, and so are checked as what they are.
    """
    found: list[str] = []
    errors: list[Exception] = []

    def resolve() -> None:
        try:
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.extend(str(answer[4][0]) for answer in answers)
        except (OSError, ValueError) as error:
            errors.append(error)

    # the resolver takes no time limit: its thread is left behind when it is too slow
    thread = threading.Thread(target=resolve, daemon=True)
    thread.start()
    thread.join(_left(deadline))
    if thread.is_alive():
        raise _too_slow()
    if not found:
        message = _("The name %(host)s is not known.") % {"host": host}
        raise UnreachableFeedError(message) from (errors[0] if errors else None)
    if not allowed.allow_private:
        for address in found:
            if not is_public(ipaddress.ip_address(address.partition("%")[0])):
                raise UnreachableFeedError(
                    _("%(host)s is not a public address of the internet.") % {"host": host}
                )
    return list(dict.fromkeys(found))


def _left(deadline: float) -> float:
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise _too_slow()
    return seconds


def _too_slow() -> UnreachableFeedError:
    return UnreachableFeedError(
        _("It takes longer than %(most)d seconds.") % {"most": int(MOST_SECONDS)}
    )


class _Pinned(http.client.HTTPConnection):
    """A connection to one address that speaks to it under the name of the host."""

    def __init__(self, target: SplitResult, port: int, deadline: float) -> None:
        host = (target.hostname or "").rstrip(".")
        name = host if ":" in host else host.encode("idna").decode("ascii")
        super().__init__(name, port, timeout=_left(deadline))
        self.deadline = deadline
        self.is_secure = target.scheme == "https"
        if self.is_secure:
            self.default_port = http.client.HTTPS_PORT
        self._guards: list[threading.Timer] = []

    def open_to(self, address: str) -> None:
        """Connect to ``address``; when time is up the socket is shut, whatever it waits for."""
        plain = socket.create_connection((address, self.port), timeout=_left(self.deadline))
        self.sock = plain
        if self.is_secure:
            context = ssl.create_default_context()
            # shaking hands can be drawn out byte by byte: the guard stands before it begins
            self.sock = context.wrap_socket(
                plain, server_hostname=self.host, do_handshake_on_connect=False
            )
        self._guard()
        if isinstance(self.sock, ssl.SSLSocket):
            self.sock.do_handshake()

    def _guard(self) -> None:
        sock = self.sock
        guard = threading.Timer(_left(self.deadline), _shut, [sock])
        guard.daemon = True
        guard.start()
        self._guards.append(guard)

    def close(self) -> None:
        for guard in self._guards:
            guard.cancel()
        super().close()


def _shut(sock: socket.socket) -> None:
    with suppress(OSError):  # it may be closed meanwhile
        # below TLS, which would wait for the other side
        socket.socket.shutdown(sock, socket.SHUT_RDWR)


@contextmanager
def _answer(
    target: SplitResult,
    allowed: Policy,
    deadline: float,
    body: bytes | None = None,
    more: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[http.client.HTTPResponse]:
    """The answer of the first address that can be connected to: by POST where there is a body."""
    port = target.port or _DEFAULT_PORTS[target.scheme]
    host = (target.hostname or "").rstrip(".")
    path = quote(target.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(target.query, safe="/%:@!$&'()*+,;=~-._?")
    connection = _Pinned(target, port, deadline)
    try:
        _connect(connection, _resolved(host, port, allowed, deadline))
        headers = {"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "gzip", **more}
        method = "GET" if body is None else "POST"
        connection.request(method, f"{path}?{query}" if query else path, body, headers)
        with connection.getresponse() as answer:
            yield answer
    except (OSError, http.client.HTTPException, ValueError) as error:
        if time.monotonic() >= deadline or isinstance(error, TimeoutError):
            raise _too_slow() from error
        raise UnreachableFeedError(_reason(error)) from error
    finally:
        connection.close()


def _connect(connection: _Pinned, addresses: list[str]) -> None:
    for last, address in enumerate(addresses, start=1 - len(addresses)):
        try:
            connection.open_to(address)
        except OSError as error:
            is_about_trust = isinstance(error, ssl.SSLError)
            if last == 0 or is_about_trust or time.monotonic() >= connection.deadline:
                raise
            connection.close()
        else:
            return


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return _("The certificate of the server is not valid for it.")
    if isinstance(error, ssl.SSLError):
        return _("No safe connection to the server can be made.")
    if isinstance(error, OSError):
        return _("No connection to the server can be made.")
    return _("The server does not answer as a web server does.")


def _body(answer: http.client.HTTPResponse, deadline: float) -> bytes:
    """The body, unpacked, up to the size that is allowed."""
    packing = answer.getheader("Content-Encoding", "identity").strip().lower()
    if packing not in {"", "identity", *_PACKED}:
        raise UnreachableFeedError(
            _("The server packs it in a way that is not known: %(name)s") % {"name": packing[:40]}
        )
    sent, data = 0, bytearray()
    unpack = zlib.decompressobj(wbits=47) if packing in _PACKED else None  # gzip or zlib
    try:
        while chunk := answer.read1(65_536):
            _left(deadline)
            sent += len(chunk)
            data += chunk if unpack is None else unpack.decompress(chunk, MOST_BYTES + 1)
            if max(sent, len(data)) > MOST_BYTES:
                raise UnreachableFeedError(
                    _("It is larger than %(most)s MB.") % {"most": MOST_BYTES // 1_000_000}
                )
    except zlib.error as error:
        raise UnreachableFeedError(_("What the server sends cannot be unpacked.")) from error
    _left(deadline)  # a socket that was shut looks as if the body ended
    if answer.length or (unpack is not None and sent and not unpack.eof):
        raise UnreachableFeedError(_("The connection broke off before the end."))
    return bytes(data)
