"""Templates of pages know what they use."""

import pytest

from achievement_pipeline.publishing.documents.parts.pages import page_template, page_text

PACKAGES = ["achievement_pipeline.publishing.portfolio", "achievement_pipeline.publishing.year"]


@pytest.mark.parametrize("package", PACKAGES)
def test_a_template_has_its_filters_and_is_compiled_once(package: str) -> None:
    assert page_template(package) is page_template(package)
    assert {"headline", "theme"} <= set(page_template(package).environment.filters)


@pytest.mark.parametrize("package", PACKAGES)
def test_a_style_has_no_blank_lines_around_it(package: str) -> None:
    style = page_text(package, "page.css")
    assert style
    assert style == style.strip()
