"""The workbook's sheets and columns can be told apart in every language."""

from __future__ import annotations

import pytest
from django.utils import translation

from concord.core.vocabulary import LANGUAGES
from concord.exchange.workbook.choices import choices
from concord.exchange.workbook.sheets import SHEETS
from concord.exchange.workbook.writing import heads_of
from concord.record.kinds import content_type

LISTS = sorted({c.choices for sheet in SHEETS for c in sheet.columns if c.choices})


def _spoken(language: str) -> str:
    return "zh-hans" if language == "zh-Hans" else language


@pytest.mark.parametrize("language", LANGUAGES)
def test_heads_and_sheets_are_called_by_different_words(language: str) -> None:
    with translation.override(_spoken(language)):
        names = [str(sheet.label) for sheet in SHEETS]
        assert len(set(names)) == len(names)
        assert max(map(len, names)) <= 31, "a spreadsheet cuts longer names"
        for sheet in SHEETS:
            heads = [head.text for head in heads_of(sheet, list(LANGUAGES), language)]
            assert len(set(heads)) == len(heads), sheet.name


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", LISTS)
def test_what_a_cell_shows_leads_back_to_its_code(name: str, language: str) -> None:
    listed = choices(name)
    for code, shown in listed.shown(language).items():
        assert listed.find(shown) == code


def test_every_column_stands_for_a_field_of_its_kind() -> None:
    for sheet in SHEETS:
        fields = set(content_type(sheet.kind).model_fields)
        if sheet.part:
            assert sheet.part in fields
            continue
        for column in sheet.columns:
            name = column.field.partition(":")[0].partition(".")[0]
            assert not name or name in fields, (sheet.name, column.name)
