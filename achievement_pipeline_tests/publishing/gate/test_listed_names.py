# ruff: noqa: RUF001, E501
"""Listed names are found however they are written, and ordinary words are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from achievement_pipeline_tests.publishing.gate.names import NAMES

SPELLINGS = [
    "Blue Whale", "blue whale", "BLUE WHALE", "BlueWhale", "blueWhale", "blue-whale", "blue_whale", "BLUE_WHALE",
    "blue.whale", "blue/whale", "blue:whale", "blue::whale", "blue&whale", "blue & whale", "blue+whale", "blue|whale",
    "blue–whale", "blue—whale", "blue  -  whale", "blue\twhale", "blue\nwhale", "blue,whale", "'blue' 'whale'",
    "“blue” “whale”", "**blue** **whale**", "*blue* _whale_", "`blue` `whale`", "blue\\_whale", "Blue%20Whale",
    "blue%2Dwhale", "blue&nbsp;whale", "blue&#32;whale", "blue&#x20;whale", "blue\\u0020whale", "blue<b>whale</b>",
    "<i>blue</i> <i>whale</i>", "blue😀whale", "blue whales", "BlueWhales", "bluewhale.io", "my_blue_whale_api",
    "thebluewhaleservice", "@blue@whale", "blue whale's", "blue~whale", "blue=whale",
    "orca", "Orcas", "OrcaClient", "orca_client", "orca-1", "myOrca", "orcaservice", "the HR.", "hr-portal",
    "Chimeras", "chimera2", "subchimera", "Schönbrunn", "プロジェクト", "Dee Reynolds",
    "dee-reynolds", "DeeReynolds", "Schoenbrunn", "SCHOENBRUNN", "Project X", "projectX2",
]  # fmt: skip
DISGUISES = [
    "bluе whalе", "ВLUE wнale", "b\u200blue whale", "blue\u00adwhale", "b\u2060lue whale", "blue\ufe0f whale",
    "blu\u0336e wh\u0336ale", "blué whále", "ｂｌｕｅ ｗｈａｌｅ", "𝐛𝐥𝐮𝐞 𝐰𝐡𝐚𝐥𝐞", "ⓑⓛⓤⓔ whale", "blu&#101; wh&#x61;le",
    "&#98;&#108;ue whale", "&amp;#98;lue whale", "%62lue %77hale", "\\u0062lue whale", "\\x62lue whale",
    "b l u e w h a l e", "b.l.u.e.w.h.a.l.e", "b-l-u-e w-h-a-l-e", "blu3 wha1e", "BIue WhaIe", "8lue whale",
    "blue<!-- x -->whale", "blᴜe whale", "ʙlue whale", "chimer@",
    "ch1mera", "C H I M E R A", "blue\u3164whale", "bl<b>ue</b> whale", "ᏟHIMERA", "сhimera",
    "\x1b[1mblue\x1b[0m whale", "\\142lue whale", "🅑🅛🅤🅔 whale", "🅱🅻🆄🅴 whale", "see Qmx1ZSBXaGFsZQ== there",
]  # fmt: skip
ORDINARY = [
    "the whale is blue", "in three hours", "chrome", "through", "shrink", "orcad", "Norcal", "blue and whale", "blueish",
    "project xyz", "project explorer", "a blue sky, the white whale", "forcast", "chair", "chime", "throw an Error", "Fix the chimney",
]  # fmt: skip


@pytest.mark.parametrize("spelling", [*SPELLINGS, *DISGUISES])
def test_a_listed_name_is_taken_out_however_it_is_written(spelling: str) -> None:
    text = f"Ship {spelling} to production"
    assert NAMES.find(text)
    assert NAMES.replace(text, "[name]").startswith("Ship ")
    assert not NAMES.find(NAMES.replace(text, "[name]"))


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_words_are_no_names(text: str) -> None:
    assert NAMES.find(text) == []


@given(
    before=st.text(max_size=20),
    between=st.sampled_from([" ", "-", "_", ".", "%20", "&#32;", "\n", "** **", "\u200b", "<br>", "/"]),
    after=st.text(max_size=20),
)
def test_whatever_stands_around_it_a_name_does_not_stay(before: str, between: str, after: str) -> None:
    text = f"{before} Blue{between}Whale {after}"
    assert not NAMES.find(NAMES.replace(text, "[x]"))
    assert "Whale" not in NAMES.replace(f"Blue{between}Whale", "[x]")
