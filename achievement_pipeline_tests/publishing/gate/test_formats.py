"""The form of a finished text: what each format demands."""

import pytest

from achievement_pipeline.channels import BRAG, PORTFOLIO, RESUME
from achievement_pipeline.publishing.channel import Channel
from achievement_pipeline.publishing.gate.checking import find_bad_links


@pytest.mark.parametrize(
    ("channel", "text", "fault"),
    [
        (RESUME, '{"skills": 3}', "resume.skills must be array"),
        (RESUME, "{", "Expecting"),
        (PORTFOLIO, '<p><img src="https://track.example/1.gif"></p>', "<img> loads something"),
        (PORTFOLIO, '<form action="https://x.example">', "<form> loads something"),
        (BRAG, "# A <b>bold</b> title", "HTML"),
    ],
)
def test_another_form_is_a_fault(channel: Channel, text: str, fault: str) -> None:
    (found,) = channel.find_faults(text)
    assert fault in found


@pytest.mark.parametrize(
    "link",
    ["", "ftp://h.example", "javascript:alert(1)", "https://", "https://ann:pw@h.example", "http://[", "#nowhere",
     "/relative", f"https://h.example/{'x' * 2000}"],
)  # fmt: skip
def test_a_link_that_can_lead_nowhere_is_bad(link: str) -> None:
    assert find_bad_links(f'<p id="here"><a href="{link}">x</a> <a href="#here">y</a></p>', PORTFOLIO) == [link]
    assert find_bad_links(f"[x]({link})", BRAG) == [link]


def test_what_a_resume_has_to_link_to_is_checked() -> None:
    assert find_bad_links('{"basics": {"url": "https://"}, "skills": [{"name": "http"}]}', RESUME) == ["https://"]
