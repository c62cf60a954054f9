"""luot_tools.catalogue: what people read is translated, and the compiled catalogue is the one that was translated."""

import gettext
import itertools
import re
from pathlib import Path

import pytest

from luot_firmware import text as reader_text
from luot_tools import catalogue
from luot_tools.sim import strip
from luot_tools.sim.tour import wording

PLACEHOLDER = re.compile(r"\{\w*[^}]*\}")


@pytest.fixture(params=catalogue.LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    """Each language that is not written in the code."""
    return str(request.param)


def test_nothing_is_missing_or_left_over(language: str) -> None:
    """The file holds exactly the texts of the code; `make i18n` brings it up to date."""
    fresh = catalogue.merged(language)
    with catalogue.po_file(language).open("rb") as lines:
        there = catalogue.read_po(lines, locale=language)
    assert sorted(english for english, _, _ in catalogue.texts(fresh)) == sorted(
        english for english, _, _ in catalogue.texts(there)
    )
    assert {} == there.obsolete


def test_everything_is_translated(language: str) -> None:
    """No text is shown in another language than the one chosen."""
    assert [] == catalogue.untranslated(catalogue.merged(language))


def test_placeholders_are_the_same(language: str) -> None:
    """A translation fills in what the English text fills in: a name that differs would fail in front of a clerk."""
    for english, found, _ in catalogue.texts(catalogue.merged(language)):
        for text in found:
            assert set(PLACEHOLDER.findall(english[-1])) == set(PLACEHOLDER.findall(text)), english


def test_the_compiled_file_is_fresh(language: str) -> None:
    """What programs read says the same as what people translated."""
    with catalogue.mo_file(language).open("rb") as compiled:
        read = gettext.GNUTranslations(compiled)
    for english, found, _ in catalogue.texts(catalogue.merged(language)):
        assert found[-1] == (read.gettext(*english) if len(english) == 1 else read.ngettext(*english, 2))


def test_a_new_text_is_found_and_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A marked text without a translation is listed, and one that left the code is dropped."""
    (tmp_path / "screen.py").write_text(
        'x = _("Call the next")\ny = ngettext("{n} card", "{n} cards", 2)\nz = N_("Stop")\n'
    )
    po = tmp_path / "locale" / "vi" / "LC_MESSAGES" / "luot.po"
    po.parent.mkdir(parents=True)
    po.write_text('msgid "Stop"\nmsgstr "Dừng"\n\nmsgid "Gone"\nmsgstr "Đi rồi"\n', encoding="utf-8")
    monkeypatch.setattr(catalogue, "CODE", tmp_path)
    merged = catalogue.merged("vi")
    assert ["Call the next", "{n} card"] == sorted(catalogue.untranslated(merged))
    assert [["Call the next"], ["Stop"], ["{n} card", "{n} cards"]] == sorted(row[0] for row in catalogue.texts(merged))
    assert [["Dừng"]] == [found for english, found, _ in catalogue.texts(merged) if english == ["Stop"]]
    assert "Gone" not in catalogue.po_bytes(merged).decode()


def test_a_reader_is_called_one_thing() -> None:
    """On every screen, on the reader itself, in the hall and in the tour: whoever is told to go to one finds it."""
    catalogued = (found for _, found, _ in catalogue.texts(catalogue.merged("vi")))
    tables = (strip.WORDS["vi"], wording.WORDS["vi"])
    on_the_reader = Path(reader_text.__file__).with_name("words_vi.txt").read_text(encoding="utf-8").splitlines()
    said = [*itertools.chain(*catalogued), *on_the_reader, *itertools.chain(*(table.values() for table in tables))]
    assert 6 <= sum("đầu đọc" in words.lower() for words in said)
    assert [] == [words for words in said if re.search("máy đọc|thiết bị|bộ đọc", words.lower())]
