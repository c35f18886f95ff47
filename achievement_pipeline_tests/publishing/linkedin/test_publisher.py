"""Posts as LinkedIn knows them."""

import pytest

from achievement_pipeline.publishing.linkedin.publisher import LinkedInPublisher
from achievement_pipeline.publishing.linkedin.settings import LinkedInSettings

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize(
    ("address", "urn"),
    [
        ("urn:li:share:71", "urn:li:share:71"),
        (
            "https://www.linkedin.com/feed/update/urn:li:activity:7400000000000000000/",
            "urn:li:activity:7400000000000000000",
        ),
        ("https://www.linkedin.com/feed/update/urn%3Ali%3AugcPost%3A72", "urn:li:ugcPost:72"),
        (
            "https://www.linkedin.com/posts/ann-example_cache-speed-activity-7400000000000000001-xY1z?utm_source=share",
            "urn:li:activity:7400000000000000001",
        ),
        ("https://www.linkedin.com/posts/ann_words-share-7400000000000000002-AbCd", "urn:li:share:7400000000000000002"),
        ("https://www.linkedin.com/posts/ann_ugcPost-7400000000000000003-a", "urn:li:ugcPost:7400000000000000003"),
        ("https://www.linkedin.com/in/ann", None),
        ("https://example.com", None),
    ],
)
def test_every_form_of_a_posts_address_names_it(address: str, urn: str | None) -> None:
    assert (
        LinkedInPublisher(settings=LinkedInSettings(), connect=lambda: pytest.fail("no login is needed")).settle(
            address
        )
        == urn
    )
