"""A document as the graph that is signed: RDF Dataset Canonicalization 1.0 (W3C 2024) by PyLD.

Only pinned contexts are known, and every word has to be defined by one: what JSON-LD would drop in
silence would not be signed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pyld import jsonld  # type: ignore[import-untyped]
from pyld.canon import URDNA2015  # type: ignore[import-untyped]

from concord.core.credentials.encoding import Json
from concord.core.credentials.errors import ContextError, FormError

Contexts = Mapping[str, Json]
"""Pinned contexts by address."""
VC: Final = "https://www.w3.org/ns/credentials/v2"
UNDEFINED: Final = "urn:undefined:"
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]")
"""PyLD writes these as they are, RDFC-1.0 as escapes: the digests would differ."""
MOST_BLANK, MOST_ALIKE = 200, 6
"""Blank nodes, and those that look like one another from where they stand: naming these takes a
time that grows with their permutations."""


def canonical(document: Json, contexts: Contexts) -> bytes:
    """The canonical N-Quads of a document.

    Raises:
        ContextError: it names a context that is not pinned, brings one of its own, or uses a word
            that none defines.
        FormError: it is no JSON-LD, or made to take long.
    """
    _check_contexts(document, contexts)

    def load(address: str, _options: object) -> Json:
        if address not in contexts:
            raise ContextError("a context that is not pinned here", address)
        return {"contextUrl": None, "documentUrl": address, "document": contexts[address]}

    options = {"documentLoader": load, "processingMode": "json-ld-1.1", "base": ""}
    try:
        expanded = jsonld.expand({**document, "@context": _with_catcher(document)}, options)
        _check_words(expanded)
        dataset = jsonld.to_rdf(expanded, options)
        _check_shape(dataset)
        text: str = URDNA2015().main(dataset, {"format": "application/n-quads"})
        return text.encode()
    except jsonld.JsonLdError as error:
        raise FormError("not JSON-LD", str(error.code or error.type)) from error
    except (TypeError, KeyError, AttributeError, RecursionError, UnicodeError) as error:
        raise FormError("not JSON-LD") from error


def _named(document: Json) -> list[Any]:
    named = document.get("@context")
    return named if isinstance(named, list) else [named]


def _with_catcher(document: Json) -> list[Any]:
    return [{"@vocab": UNDEFINED}, *_named(document)]


def _check_contexts(document: Json, contexts: Contexts) -> None:
    for named in _named(document):
        if not isinstance(named, str):
            raise ContextError("a context that is written in the document")
        if named not in contexts:
            raise ContextError("a context that is not pinned here", named)
    for key, value in _members(document):
        if key.startswith("@") and (key != "@context" or value is not document["@context"]):
            raise ContextError("a keyword of JSON-LD inside the document", key)


def _members(value: object) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        yield from value.items()
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in inner:
        yield from _members(one)


def _check_words(expanded: object) -> None:
    for key, value in _members(expanded):
        if key.startswith(UNDEFINED):
            raise ContextError("a word that no context defines", key.removeprefix(UNDEFINED))
        if key not in {"@id", "@type"}:
            continue
        for word in value if isinstance(value, list) else [value]:
            if isinstance(word, str) and word.startswith(UNDEFINED):
                raise ContextError("a word that no context defines", word.removeprefix(UNDEFINED))
            if isinstance(word, str) and ":" not in word:
                raise ContextError("an id that is not an address", word)


def _check_shape(dataset: Mapping[str, list[dict[str, dict[str, str]]]]) -> None:
    for triples in dataset.values():
        for triple in triples:
            if _CONTROL.search(triple["object"]["value"]):
                raise FormError("a control character in a text")
    seen: dict[str, list[tuple[str, ...]]] = {}
    for graph, triples in dataset.items():
        for triple in triples:
            ends = [(triple[part]["type"], triple[part]["value"]) for part in sorted(triple)]
            quad = [*ends, ("blank node" if graph.startswith("_:") else "graph", graph)]
            for node in {value for kind, value in quad if kind == "blank node"}:
                seen.setdefault(node, []).append(
                    tuple(
                        value if kind != "blank node" else "_:a" if value == node else "_:z"
                        for kind, value in quad
                    )
                )
    alike = Counter(tuple(sorted(quads)) for quads in seen.values())
    if len(seen) > MOST_BLANK or any(count > MOST_ALIKE for count in alike.values()):
        raise FormError("a graph made to take long")
