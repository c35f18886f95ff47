"""Templates of the brag document: the page, and the user's own."""

import datetime as dt
from typing import Any

import pytest

from achievement_pipeline.channels import BRAG, BRAG_PAGE
from achievement_pipeline.errors import PublishingError
from achievement_pipeline.publishing.brag import write_brag_document, write_brag_page
from achievement_pipeline.publishing.channel import About
from achievement_pipeline.publishing.documents.period import Period
from achievement_pipeline.publishing.documents.profile import Profile
from achievement_pipeline.publishing.gate.formats import faults_of_page
from achievement_pipeline_tests.publishing.views import public, view


def about(**changes: Any) -> About:
    return About(**{"profile": Profile(name="Ann Example"), "period": Period(), "resume": {}, **changes})


def test_the_page_has_what_the_document_has_and_loads_nothing() -> None:
    done = view("Add `a<b` & <script>", outcome="No more waiting.", first_release="2.1")
    page = write_brag_page(public(BRAG_PAGE, done), about())
    assert "<h3>Added <code>a&lt;b</code> &amp; &lt;script&gt;</h3>" in page
    assert "<dt>Outcome</dt><dd>No more waiting. Released in 2.1.</dd>" in page
    assert '<a href="https://github.com/ann/loom/pull/7">pull request #7</a>' in page
    assert faults_of_page(page) == []


def test_the_users_own_template_is_taken_and_gets_escaped_words() -> None:
    own = "{% include 'head.j2' %}{% for piece in brag.greatest %}* {{ piece.title }}{% endfor %}"
    templates = {"brag.md.j2": own, "head.j2": "Mine: "}
    written = write_brag_document(public(BRAG, view("Fix [x](http://evil.example)")), about(templates=templates))
    assert written == "Mine: * Fixed \\[x\\](http://evil.example)\n"


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{{ brag.person.__class__.__mro__ }}", "access to attribute '__class__'"),
        ("{{ brag.greatest.append(1) }}", "access to attribute 'append'"),
        ("{{ brag.nothing }}", "has no attribute 'nothing'"),
        ("a\n{% for %}", "line 2"),
        ("{% include '/etc/passwd' %}", "/etc/passwd"),
    ],
)
def test_a_template_that_fails_or_wants_out_of_its_sandbox_is_named(template: str, words: str) -> None:
    with pytest.raises(PublishingError, match=r"Your template brag\.md\.j2") as error:
        write_brag_document(public(BRAG, view()), about(templates={"brag.md.j2": template}))
    assert words in str(error.value)


def test_without_work_the_page_says_so() -> None:
    noon = dt.date(2026, 3, 4)
    assert "Nothing was recorded" in write_brag_page((), about(period=Period(noon, noon, "A day")))
