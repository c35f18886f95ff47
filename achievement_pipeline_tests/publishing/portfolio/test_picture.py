"""The page as a picture."""

import xml.etree.ElementTree as ET

from achievement_pipeline.channels import PORTFOLIO
from achievement_pipeline.publishing.documents.profile import Profile
from achievement_pipeline.publishing.portfolio import draw_page, write_portfolio
from achievement_pipeline_tests.publishing.views import public, view


def test_it_is_an_svg_that_holds_the_beginning_of_the_page() -> None:
    done = public(PORTFOLIO, view('A "b" <c> & d', pinned=True), *(view(number=number) for number in range(50, 90)))
    svg = draw_page(write_portfolio(done, Profile(name="Ann & Co")))
    drawn = ET.fromstring(svg)
    words = "".join(drawn.itertext())
    assert drawn.tag == "{http://www.w3.org/2000/svg}svg"
    assert "Ann & Co" in words
    assert 'A "b" <c> & d' in words
    assert "querySelector" not in words
    assert "Evidence and score" not in words
    assert drawn.findall(".//{http://www.w3.org/2000/svg}rect")
    assert len(svg) < 40_000
