import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from achievement_pipeline.channels import LINKEDIN
from achievement_pipeline.errors import SettingsError
from achievement_pipeline.publishing.linkedin.commentary import LONGEST, escape, hashtag, length, write_post
from achievement_pipeline.publishing.linkedin.settings import LinkedInSettings
from achievement_pipeline_tests.publishing.views import public, view


def text(settings: LinkedInSettings | None = None, **changes: object) -> str:
    (achievement,) = public(LINKEDIN, view(**changes))  # type: ignore[arg-type]
    return write_post(achievement, settings or LinkedInSettings())


def test_a_post_has_title_outcome_link_and_skills() -> None:
    assert text(skills_demonstrated=["C#", "Machine learning"], outcome="Ten teams no longer wait.") == (
        "Added a cache\n\nTen teams no longer wait.\n\nann/loom: https://github.com/ann/loom/pull/7\n\n"
        "#CSharp #MachineLearning"
    )


def test_a_post_about_shared_work_tells_with_how_many_others() -> None:
    assert text(coauthors=["bob@example.com"]).startswith("Added a cache \\(with 1 other\\)\n\n")


def test_what_was_done_is_said_as_in_the_documents() -> None:
    assert text(LinkedInSettings(template="{{ done }}"), title="Fix the ``table()`` method, closes #5") == (
        "Fixed the table\\(\\) method"
    )


@given(st.text())
def test_nothing_that_linkedin_would_cut_at_stays_bare(given_text: str) -> None:
    escaped = escape(given_text)
    assert not re.search(r"(?<!\\)(?:\\\\)*[|{}@\[\]()<>*_~]", escaped.replace("#", "")) or "#" in given_text
    assert re.sub(r"\\(.)", r"\1", escaped, flags=re.DOTALL) == given_text


def test_hashtags_stay_and_other_number_signs_do_not() -> None:
    assert escape("(fix) #Python issue #7, C# a_b") == r"\(fix\) #Python issue \#7, C\# a\_b"


@pytest.mark.parametrize(
    ("skill", "tag"),
    [("C++", "#CPlusPlus"), ("Node.js", "#NodeJs"), ("scikit-learn", "#ScikitLearn"), ("Go", "#Go"), ("日本", "#日本")],
)
def test_skills_are_hashtags(skill: str, tag: str) -> None:
    assert hashtag(skill) in (tag, tag.replace("Js", "js"))


def test_what_its_author_wrote_is_cut_until_the_post_fits() -> None:
    long = LinkedInSettings(template="{{ title }} {{ 'x_' * 980 }} {{ summary }}")
    post = text(long, description="word " * 80)
    assert 0.9 * LONGEST < length(post) <= LONGEST
    assert post.endswith("…")


def test_a_template_that_can_not_fit_is_named() -> None:
    with pytest.raises(SettingsError, match=r"too long, at most 3,000 after escaping"):
        text(LinkedInSettings(template="{{ '(' * 1501 }}"))


def test_characters_beyond_the_basic_plane_count_twice() -> None:
    assert length("🎉") == 2


@pytest.mark.parametrize("template", ["{{ titel }}", "{{ title.__class__.__mro__[1].__subclasses__() }}", "{{ 1/0 }}"])
def test_a_template_that_fails_or_reaches_out_is_refused(template: str) -> None:
    with pytest.raises(SettingsError, match="can't be filled in"):
        text(LinkedInSettings(template=template))


def test_a_template_that_is_wrong_is_named_with_its_line() -> None:
    with pytest.raises(ValidationError, match="wrong in line 1"):
        LinkedInSettings(template="{% if %}")
