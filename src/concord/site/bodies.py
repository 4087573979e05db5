"""Bodies of requests that break off are none: what comes of them would be half of something."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


class WholeBody:
    """The input of a request, which must be as long as the request said."""

    def __init__(self, stream: Any, length: int) -> None:
        self._stream, self._left = stream, length

    def read(self, size: int = -1) -> bytes:
        """As the stream; raises ``ConnectionAbortedError`` where it ends before its end."""
        return self._counted(self._stream.read(size if size >= 0 else self._left), size)

    def readline(self, size: int = -1) -> bytes:
        """As ``read``, for a line."""
        return self._counted(self._stream.readline(size if size >= 0 else self._left), size)

    def _counted(self, data: bytes, size: int) -> bytes:
        self._left -= len(data)
        if not data and size and self._left > 0:
            message = "the connection was cut in the middle of the body"
            raise ConnectionAbortedError(message)
        return data


def whole_bodies(application: Application) -> Application:
    """The application, told of bodies that break off: servers hand on what came before."""

    def guarded(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH") or "0"
        if length.isascii() and length.isdigit() and int(length):
            environ["wsgi.input"] = WholeBody(environ["wsgi.input"], int(length))
        return application(environ, start_response)

    return guarded
