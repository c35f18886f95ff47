"""The vocabulary of skills: complete, consistent, and open to users."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from achievement_pipeline.judging.rules import SkillRules
from achievement_pipeline.judging.skills.ecosystems import Ecosystem
from achievement_pipeline.judging.skills.path_patterns import path_expression
from achievement_pipeline.judging.skills.vocabulary import Language, Practice, Technology, known_skills

GENERIC = {"problem solving", "teamwork", "communication", "programming", "coding", "software", "leadership", "agile"}


def test_the_vocabulary_is_as_large_as_promised() -> None:
    assert len(known_skills().language) >= 60
    assert len(known_skills().technology) >= 250


def test_no_skill_is_generic() -> None:
    assert not GENERIC & {skill.name.casefold() for skill in known_skills().skills}


def test_every_language_is_recognised_by_something() -> None:
    shared = {language for each in known_skills().ambiguity for language in each.evidence}
    alone = {language.name for language in known_skills().language if language.extensions or language.filenames}
    assert {language.name for language in known_skills().language} == alone | shared


def test_a_skill_is_found_by_any_of_its_names() -> None:
    for name in ("PostgreSQL", "postgres", "POSTGRES"):
        skill = known_skills().named(name)
        assert skill is not None
        assert skill.name == "PostgreSQL"


def test_a_user_adds_a_technology() -> None:
    rules = SkillRules(technology=(Technology(name="Inhouse", packages={Ecosystem.PYPI: ("inhouse-sdk",)}),))
    assert rules.vocabulary.named("inhouse") is not None
    assert rules.vocabulary.named("Django") is not None


def test_a_user_adds_to_what_shows_a_known_technology() -> None:
    rules = SkillRules(technology=(Technology(name="Scrapy", files=("*.spider",)),))
    scrapy = rules.vocabulary.named("Scrapy")
    assert isinstance(scrapy, Technology)
    assert scrapy.files == ("scrapy.cfg", "*.spider")
    assert scrapy.packages


def test_languages_that_get_one_name_are_one_language() -> None:
    merged = SkillRules(rename={"TypeScript": "JavaScript"}).vocabulary.named("JavaScript")
    assert isinstance(merged, Language)
    assert {".ts", ".js"} <= set(merged.extensions)


def test_a_skill_is_renamed_by_an_alias_and_to_one() -> None:
    rules = SkillRules(rename={"k8s": "Container orchestration", "TypeScript": "JS"})
    assert rules.vocabulary.named("Container orchestration") is not None
    assert [language.name for language in rules.vocabulary.language].count("JavaScript") == 1


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"hide": ["Problem Solving"]}, "unknown skill 'Problem Solving'"),
        ({"rename": {"Djangoo": "Django"}}, "unknown skill 'Djangoo'"),
        ({"technology": [{"name": "Foo"}]}, "technology 'Foo' needs packages or files"),
        ({"technology": [{"name": "Foo", "packages": {"pipy": ["foo"]}}]}, "technology 'Foo': packages.pipy"),
        (
            {"technology": [{"name": "Foo", "packages": {"npm": ["fo*"]}}]},
            "technology 'Foo': in 'fo*', * must be last",
        ),
        (
            {"technology": [{"name": "Foo", "file": ["a"]}]},
            "technology 'Foo': file: there is no such setting. Did you mean files",
        ),
        ({"language": [{"name": "Foo", "extensions": ["foo"]}]}, "language 'Foo': 'foo' is not a file extension"),
        ({"language": [{"name": "Foo", "extensions": [".py"]}]}, "the extension '.py' is defined more than once"),
        ({"language": [{"name": "Foo", "aliases": ["Rust"], "extensions": [".foo"]}]}, "the name 'rust'"),
        ({"practice": [{"name": "Foo", "technologies": ["Bar"]}]}, "practice 'Foo' refers to unknown skills: Bar"),
        ({"practice": [{"name": "Foo", "categories": ["ci"]}]}, "practice 'Foo': categories.0: has to be"),
    ],
)
def test_a_wrong_entry_is_refused_by_name(rules: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match="SkillRules") as refused:
        SkillRules.model_validate(rules)
    assert message in str(refused.value)


def test_path_patterns_match_as_documented() -> None:
    assert path_expression(["*.tf"]) == r"(?:^|/)[^/]*\.tf$"
    assert path_expression(["docs/"]) == r"(?:^|/)docs/"
    assert path_expression(["/t/"]) == r"^t/"
    assert path_expression(["a/**/b.yml", "c"]) == r"(?:^|/)a/(?s:.*)/b\.yml$|(?:^|/)c$"


def test_a_practice_names_only_known_technologies() -> None:
    technologies = {technology.name for technology in known_skills().technology}
    named = {
        name for practice in known_skills().practice if isinstance(practice, Practice) for name in practice.technologies
    }
    assert named <= technologies
