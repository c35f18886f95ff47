"""What has to hold of a document before it is written."""

from typing import Any

import pytest

from achievement_pipeline.channels import BRAG, PORTFOLIO, RESUME
from achievement_pipeline.publishing.channel import About, Channel
from achievement_pipeline.publishing.documents.period import Period
from achievement_pipeline.publishing.documents.profile import Profile
from achievement_pipeline.publishing.gate.checking import find_bad_links, find_excess, find_leaks
from achievement_pipeline.publishing.gate.policy import PrivacyPolicy, Visibility
from achievement_pipeline.publishing.gate.privacy import Known, write
from achievement_pipeline_tests.publishing.tokens import made_up_secrets
from achievement_pipeline_tests.publishing.views import PRIVATE, PUBLIC, VISIBILITY, public, view

KNOWN = Known(
    visibility_of={**VISIBILITY, "linear": Visibility.PRIVATE, "mlflow:track.acme.example": Visibility.PRIVATE},
    people={"bob@example.com", "Bob"},
)
ABOUT = About(profile=Profile(name="Ann", url="https://ann.example"), period=Period(), resume={})
CHECKED = [BRAG, RESUME, PORTFOLIO]


def leaks(text: str, channel: Channel = PORTFOLIO, own: str = "", **policy: Any) -> list[str]:
    return find_leaks(text, channel, PrivacyPolicy.model_validate(policy), KNOWN, own)


class TestLeaks:
    @pytest.mark.parametrize("channel", CHECKED)
    def test_a_secret_is_one_and_is_not_repeated(self, channel: Channel) -> None:
        secret = made_up_secrets(seed=4)["GitHub token"]
        found = leaks(f"token {secret} in it", channel)
        assert any("github" in each for each in found)
        assert secret not in str(found)

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            (
                f"https://{PRIVATE}/pull/7",
                ["the private acme-corp/zephyr in line 1", f"the private {PRIVATE} in line 1"],
            ),
            ("It was\nmoved to Acme-Corp/Zephyr.", ["the private acme-corp/zephyr in line 2"]),
            ("logged at track.acme.example", ["the private track.acme.example in line 1"]),
            ("ask bob@example.com", ["the address bob@example.com in line 1"]),
            (f"{PUBLIC} is linear, said Bob; acme-corp/zephyr-docs is another", []),
        ],
    )
    def test_a_private_place_is_one_by_its_whole_name(self, text: str, found: list[str]) -> None:
        assert leaks(text) == found
        assert leaks(text, BRAG) == []

    def test_what_users_listed_is_one_for_strangers(self) -> None:
        lists: dict[str, Any] = {"code_names": ["Blue Whale"], "people": ["Eve Example"]}
        assert leaks("blue whale by Eve Example", **lists) == [
            "the name Blue Whale in line 1",
            "the name Eve Example in line 1",
        ]
        assert leaks("blue whale", BRAG, **lists) == []
        assert leaks("blue whales", **lists) == ["the name Blue Whale in line 1"]

    def test_users_may_name_in_their_own_resume_whom_they_want(self) -> None:
        assert leaks("Bob, bob@example.com", RESUME, own="reference: bob@example.com") == []


@pytest.mark.parametrize("channel", CHECKED)
def test_what_the_renderers_write_passes(channel: Channel) -> None:
    hostile = "<script src=//evil> [x](javascript:alert(1)) ](ftp://h) <https://x y>"
    views = [
        view(hostile, number=1, description=hostile),
        view(category=hostile, number=2, coauthors=["eve@x.example"]),
    ]
    text = write(channel, public(channel, *views), ABOUT).text
    assert leaks(text, channel) == []
    assert not channel.find_faults(text)
    assert find_bad_links(text, channel) == []
    assert find_excess(text, channel) == []


def test_what_is_too_large_is_said_in_bytes() -> None:
    assert find_excess("é" * 100_001, RESUME) == ["200,002 bytes, at most 200,000"]
