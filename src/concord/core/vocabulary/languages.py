"""Languages as people write them: names in the seven languages, in their own, and BCP 47 tags.

Names are those of Unicode CLDR (Babel). Plain Chinese is ``zh``: what is spoken has no script, and
only who writes Simplified or Traditional has said which. The tags of places that stand for a script
(``zh-CN``) become the tag of the script, as CLDR's likely subtags have it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.core import get_global

from concord.core.vocabulary import LANGUAGES, Entry, Vocabulary
from concord.core.vocabulary.matching import Match, Matcher

_TAG: Final = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{4}))?(?:[-_]([A-Za-z]{2}|\d{3}))?")
_SCRIPT_OF_PLACE: Final = {"CN": "Hans", "SG": "Hans", "TW": "Hant", "HK": "Hant", "MO": "Hant"}
_NO_LANGUAGES: Final = frozenset({"und", "mul", "zxx", "mis", "root"})
_OWN_NAMES: Final = (
    *("ar", "bn", "cs", "de", "en", "es", "fa", "fil", "fr", "hi", "id", "it", "ja", "kk", "km"),
    *("ko", "lo", "lt", "mn", "ms", "my", "ne", "nl", "pl", "pt", "ru", "si", "ta", "th", "tr"),
    *("uk", "ur", "uz", "vi", "yue", "zh", "zh_Hans", "zh_Hant"),
)
_ALSO: Final = {
    "zh": (
        *("汉语", "漢語", "华语", "華語", "普通话", "普通話", "国语", "國語", "Mandarin"),
        *("Mandarin Chinese", "Chinese (Mandarin)", "Chinese Mandarin", "Putonghua", "中国語"),
        *("中国话", "北京語", "Bahasa Mandarin", "Bahasa Tionghoa", "Bahasa Cina", "Tiếng Hoa"),
        *("Tiếng Trung Quốc", "汉文", "漢文", "한문", "만다린"),
    ),
    "zh-Hans": (
        *("Chinese (Simplified)", "Chinese, Simplified", "Simplified", "简体", "簡体字", "簡体"),
        *(
            "简体字",
            "中文（简体）",
            "中文简体",
            "簡體中文",
            "중국어 간체",
            "간체",
            "中国語（簡体字）",
        ),
        *("중국어(간체)", "Tiếng Trung (Giản thể)", "Tionghoa Sederhana", "Chinese Simplified"),
    ),
    "zh-Hant": (
        *("Chinese (Traditional)", "Chinese, Traditional", "Traditional", "繁体", "繁體", "繁体字"),
        *(
            "繁體字",
            "中文（繁体）",
            "中文繁体",
            "正體中文",
            "중국어 번체",
            "번체",
            "中国語（繁体字）",
        ),
        *("중국어(번체)", "Tiếng Trung (Phồn thể)", "Tionghoa Tradisional", "Chinese Traditional"),
    ),
    "en": ("英文", "英語", "영문", "Bahasa Inggris", "Bahasa Inggeris", "English language"),
    "ja": ("日文", "日語", "일어", "和文", "Bahasa Jepang", "Bahasa Jepun"),
    "ko": ("韩文", "韓文", "韓語", "朝鲜语", "朝鮮語", "한글", "조선말", "Bahasa Korea"),
    "id": ("印尼语", "印尼文", "印尼語", "인니어", "Bahasa Indonesia"),
    "ms": ("马来文", "馬來語", "Bahasa Melayu", "Bahasa Malaysia", "말레이시아어", "マレーシア語"),
    "vi": ("越南文", "越語", "월남어", "Vietnamese language", "Bahasa Vietnam"),
    "ru": ("俄文", "俄語", "노어", "Bahasa Rusia"),
    "fr": ("法文", "法語", "불어", "Bahasa Prancis", "Bahasa Perancis"),
    "es": ("西班牙文", "Castilian", "서반아어"),
    "de": ("德文", "德語", "독어"),
    "fa": ("Farsi",),
    "fil": ("Tagalog (Filipino)", "Pilipino"),
}


class LanguageMatcher(Matcher):
    """Finds languages; the code of a match is a tag of BCP 47 such as ``ja`` or ``zh-Hans``."""

    def __init__(self) -> None:
        vocabulary = Vocabulary("languages", get_global("cldr")["version"], _entries())
        aliases = {name: tag for tag, names in _ALSO.items() for name in names}
        for identifier in _OWN_NAMES:
            locale = Locale.parse(identifier)
            own = locale.languages.get(identifier) or locale.get_display_name()
            if own:
                aliases.setdefault(own, identifier.replace("_", "-"))
        super().__init__(vocabulary, aliases)

    def find(self, text: str) -> Match | None:
        """The language that ``text`` certainly is: by its tag, else by its name."""
        tag = read_tag(text)
        if tag is not None:
            return Match(tag, 1.0, text.strip(), "")
        named = super().find(text)
        return None if named is None or named.label == named.code else named


@lru_cache(maxsize=1)
def languages() -> LanguageMatcher:
    """The one matcher of languages, made once."""
    return LanguageMatcher()


def read_tag(text: str) -> str | None:
    """The tag of BCP 47 that ``text`` certainly is, in its usual capitals; None for others.

    Two letters in capitals may be a country (*KR* is not Kanuri, *MY* not Burmese) and are a tag
    only for the languages of the interface. *no* more often says that there is none.
    """
    written = _TAG.fullmatch(text.strip())
    if written is None:
        return None
    language, script, place = written.groups()
    if script is None and place is None and not _is_bare_tag(language):
        return None
    language = get_global("language_aliases").get(language.lower(), language.lower())
    if language not in Locale("en").languages or language in _NO_LANGUAGES:
        return None
    script, place = script and script.title(), place and place.upper()
    if language == "zh" and place in _SCRIPT_OF_PLACE:
        script, place = script or _SCRIPT_OF_PLACE[place], None
    tag = "-".join(part for part in (language, script, place) if part)
    return tag if _is_known(tag) else None


def _is_bare_tag(language: str) -> bool:
    if language.isupper():
        return language.lower() in {*LANGUAGES, "zh"}
    return language.islower() and language != "no"


def _entries() -> list[Entry]:
    """Every language that CLDR names in English and Babel has, with its names in the seven."""
    names = {
        language: {str(tag).replace("_", "-"): name for tag, name in known.items()}
        for language in LANGUAGES
        for known in [Locale.parse(language, sep="-").languages]
    }
    return [
        Entry(tag, {language: known[tag] for language, known in names.items() if tag in known})
        for tag in names["en"]
        if _is_known(tag) and tag not in _NO_LANGUAGES
    ]


def _is_known(tag: str) -> bool:
    try:
        Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError):
        return False
    return True
