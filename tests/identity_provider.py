"""An identity provider of OpenID Connect on a socket of this machine, as an institution has one."""

from __future__ import annotations

import base64
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "concord", "a secret between the two"


class _Handler(BaseHTTPRequestHandler):
    """The five addresses of a provider; who signs in there is ``person``."""

    key: ClassVar = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    codes: ClassVar[dict[str, dict[str, str]]] = {}
    person: ClassVar[dict[str, Any]] = {}

    def log_message(self, *_arguments: object) -> None:
        """Nothing."""

    @property
    def issuer(self) -> str:
        host, port = self.server.server_address[:2]
        return f"http://{host}:{port}"

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(asked.query).items()}
        if asked.path == "/.well-known/openid-configuration":
            self._say({
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                "jwks_uri": f"{self.issuer}/keys",
                "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            })  # fmt: skip
        elif asked.path == "/authorize":
            assert query["client_id"] == CLIENT
            assert query["response_type"] == "code"
            code = secrets.token_urlsafe(8)
            self.codes[code] = query
            back = urlencode({"code": code, "state": query["state"]})
            self.send_response(302)
            self.send_header("Location", f"{query['redirect_uri']}?{back}")
            self.end_headers()
        elif asked.path == "/userinfo":
            self._say(self.person)
        elif asked.path == "/keys":
            jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
            self._say({"keys": [{**jwk, "kid": "1", "use": "sig", "alg": "RS256"}]})
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(sent).items()}
        named = base64.b64decode(self.headers["Authorization"].split()[1]).decode()
        asked = self.codes.pop(form["code"], None)
        if named != f"{CLIENT}:{SECRET}" or asked is None:
            self.send_error(400)
            return
        assert form["redirect_uri"] == asked["redirect_uri"]
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 60, **self.person}
        if "nonce" in asked:
            claims["nonce"] = asked["nonce"]
        token = jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": "1"})
        self._say({"access_token": "opaque", "token_type": "Bearer", "id_token": token})

    def _say(self, value: object) -> None:
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def identity_provider(person: dict[str, Any]) -> Iterator[str]:
    """The address of a provider at which ``person`` is signed in."""
    handler = type("Handler", (_Handler,), {"person": person, "codes": {}})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield "http://{}:{}".format(*server.server_address[:2])
    finally:
        server.shutdown()
        server.server_close()
