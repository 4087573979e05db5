"""The schema of OAI-PMH answers, as we read the protocol; see ``tests/schemas/README.md``."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

from concord.exchange.dublin import SCHEMA

FOLDER = Path(__file__).parent / "schemas"


class _Files(etree.Resolver):
    """Schemas come from our folder, that of our own format from the portal; none from the net."""

    def resolve(self, system_url: str, _public_id: str, context: Any) -> Any:
        name = system_url.rpartition("/")[2]
        if name == "concord.xsd":
            return self.resolve_string(SCHEMA.encode(), context)
        return self.resolve_filename(str(FOLDER / name), context)


@cache
def _schema() -> etree.XMLSchema:
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(_Files())
    return etree.XMLSchema(etree.parse(str(FOLDER / "oai-pmh.xsd"), parser))


def oai_faults(answer: bytes) -> list[str]:
    """What the protocol would not allow in an answer."""
    schema = _schema()
    schema.validate(etree.fromstring(answer))
    return [f"{fault.line}: {fault.message}" for fault in schema.error_log]
