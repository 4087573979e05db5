"""The suite held against the W3C's own vector, and PyLD against a second implementation."""

from __future__ import annotations

from hashlib import sha256

import pyoxigraph
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from issuing import CONTEXTS, LISTS, badge, endorsed, lists
from nacl.signing import SigningKey
from vectors import (
    CREATED,
    DOCUMENT,
    DOCUMENT_DIGEST,
    EXAMPLES,
    OPTIONS_DIGEST,
    PROOF_VALUE,
    PUBLIC,
    SECRET,
)  # fmt: skip

from concord.core.credentials.canonical import canonical
from concord.core.credentials.encoding import (
    base58,
    base64url,
    did_of,
    from_base58,
    from_base64url,
    method_of,
    public_of_did,
    public_of_multikey,
)  # fmt: skip
from concord.core.credentials.errors import FormError
from concord.core.credentials.moments import moment
from concord.core.credentials.proof import check_signature, signed
from concord.core.credentials.status import ENTRIES, is_set, packed

WITH_EXAMPLES = {**CONTEXTS, **EXAMPLES}


def test_the_vector_of_the_recommendation_comes_out() -> None:
    key = SigningKey(from_base58(SECRET[1:])[2:])
    method = method_of(public_of_multikey(PUBLIC))
    assert sha256(canonical(DOCUMENT, WITH_EXAMPLES)).hexdigest() == DOCUMENT_DIGEST
    made = signed(DOCUMENT, key, method=method, created=moment(CREATED), contexts=WITH_EXAMPLES)
    options = {name: value for name, value in made["proof"].items() if name != "proofValue"}
    config = canonical({"@context": DOCUMENT["@context"], **options}, WITH_EXAMPLES)
    assert sha256(config).hexdigest() == OPTIONS_DIGEST
    assert made["proof"]["proofValue"] == PROOF_VALUE
    check_signature(made, public_of_did(did_of(bytes(key.verify_key))), WITH_EXAMPLES)


def by_oxigraph(document: dict[str, object]) -> str:
    quads = pyoxigraph.parse(canonical(document, CONTEXTS), format=pyoxigraph.RdfFormat.N_QUADS)
    renamed = {}

    def other(term: object) -> object:
        if isinstance(term, pyoxigraph.BlankNode):
            return renamed.setdefault(term.value, pyoxigraph.BlankNode())
        return term

    dataset = pyoxigraph.Dataset(
        pyoxigraph.Quad(*(other(term) for term in (q.subject, q.predicate, q.object, q.graph_name)))
        for q in quads
    )
    dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    text = pyoxigraph.serialize(dataset, format=pyoxigraph.RdfFormat.N_QUADS).decode()
    return "".join(f"{line}\n" for line in sorted(text.split("\n")[:-1]))


def test_a_second_implementation_names_the_same_graph_alike() -> None:
    unsigned = {name: value for name, value in endorsed().items() if name != "proof"}
    listed = {
        name: value for name, value in lists()[LISTS["revocation"]].items() if name != "proof"
    }
    for document in (badge(), unsigned, listed):
        assert canonical(document, CONTEXTS).decode() == by_oxigraph(document)


words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(words)
@example("a\tb")
@example('"\\\n\r\x85\u2028')
def test_any_words_are_canonicalised_alike_or_refused(note: str) -> None:
    document = badge(note=note)
    if set(note) & {chr(n) for n in (*range(10), 11, 12, *range(14, 32), 127)}:
        with pytest.raises(FormError, match="control"):
            canonical(document, CONTEXTS)
    else:
        assert canonical(document, CONTEXTS).decode() == by_oxigraph(document)


def test_half_a_letter_is_refused() -> None:
    with pytest.raises(FormError):
        canonical(badge(note="\ud800"), CONTEXTS)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(st.binary(max_size=70))
def test_texts_for_bytes_are_read_back(data: bytes) -> None:
    assert from_base58(base58(data)) == data
    assert from_base64url(base64url(data)) == data


@settings(max_examples=10, deadline=None, derandomize=True)
@given(st.sets(st.integers(0, ENTRIES - 1), max_size=20), st.integers(0, ENTRIES - 1))
def test_a_list_says_of_each_place_what_was_set(places: set[int], place: int) -> None:
    encoded = packed(places)
    assert is_set(encoded, place) == (place in places)
    assert all(is_set(encoded, one) for one in places)
    assert packed(sorted(places, reverse=True)) == encoded
