"""Keys: one file that others cannot read, or the environment; nothing of them anywhere else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from issuing import badge

from concord.core.credentials.badge import Issuer
from concord.core.credentials.proof import signed
from concord.core.credentials.verifying import Known, KnownIssuer, verify_document
from concord.federation.contexts import PINNED, ContextChangedError, contexts
from concord.federation.keys import VARIABLE, KeyFileError, keys_load, keys_make, keys_rotate

NOW = datetime(2026, 11, 27, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv(VARIABLE, raising=False)
    return tmp_path / "issuer-key"


def test_a_key_is_made_once_and_for_its_owner_alone(path: Path) -> None:
    made = keys_make(path, now=NOW)
    assert path.stat().st_mode & 0o777 == 0o600
    assert keys_load(path).keys == made.keys
    with pytest.raises(KeyFileError, match="already"):
        keys_make(path, now=NOW)
    path.chmod(0o640)
    with pytest.raises(KeyFileError, match="others may read"):
        keys_load(path)


def test_after_a_rotation_old_credentials_hold_and_the_old_secret_is_gone(path: Path) -> None:
    old = keys_make(path, now=NOW)
    new = keys_rotate(path, now=NOW + timedelta(days=300))
    assert old.did != new.did
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    name = "https://node.example/issuer"
    ring = keys_load(path)
    credential = badge(issuer=Issuer(name, "Node"), status=[], valid_from=NOW)
    known = Known(contexts(), {name: KnownIssuer(name, "Node", ring.keys)})
    for key, days in ((old, 1), (ring, 301)):
        when = NOW + timedelta(days=days)
        made = signed(credential, key.signing, method=key.method, created=when, contexts=contexts())
        assert verify_document(made, known=known, now=when).is_valid
    from concord.core.credentials.encoding import multibase
    from concord.federation.keys import SECRET

    assert multibase(SECRET + bytes(old.signing)) not in path.read_text(encoding="utf-8")


def test_the_environment_goes_before_the_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from concord.core.credentials.encoding import multibase
    from concord.federation.keys import SECRET

    keys_make(path, now=NOW)
    monkeypatch.setenv(VARIABLE, multibase(SECRET + bytes(range(32))))
    assert bytes(keys_load(path).signing) == bytes(range(32))
    monkeypatch.setenv(VARIABLE, "secret")
    with pytest.raises(KeyFileError, match="private key") as caught:
        keys_load(path)
    assert "secret" not in str(caught.value)


def test_keys_that_are_missing_or_damaged_say_so_without_showing_them(path: Path) -> None:
    with pytest.raises(KeyFileError, match="no key"):
        keys_load(path)
    path.write_text('{"secret": "zzz"', encoding="utf-8")
    path.chmod(0o600)
    with pytest.raises(KeyFileError, match="damaged"):
        keys_load(path)


def test_a_ring_that_is_printed_shows_no_secret(path: Path) -> None:
    ring = keys_make(path, now=NOW)
    assert repr(ring) == f"Ring({ring.did})"


def test_a_context_that_was_changed_is_not_used(tmp_path: Path, settings: object) -> None:
    assert set(contexts()) == set(PINNED)
    folder = tmp_path / "credentials"
    folder.mkdir()
    for name, _digest in PINNED.values():
        (folder / name).write_text("{}", encoding="utf-8")
    settings.CONCORD_DATA = tmp_path  # type: ignore[attr-defined]
    contexts.cache_clear()
    with pytest.raises(ContextChangedError):
        contexts()
    contexts.cache_clear()
