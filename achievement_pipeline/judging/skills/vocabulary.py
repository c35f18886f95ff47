"""The skill vocabulary: all skills, and how they are recognised.

All skills are defined in ``skills.toml``. These models validate it, and the skills that users add. Matches are exact:
languages by file name or extension, technologies by package name or their files, practices by paths, commit types and
categories.
"""

from __future__ import annotations

import functools
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any, ClassVar, Literal, TypeVar

from pydantic import Field, ModelWrapValidatorHandler, ValidationError, model_validator

from achievement_pipeline.judging.categories.category import Category
from achievement_pipeline.judging.skills.ecosystems import Ecosystem
from achievement_pipeline.parsing.patterns import compile_pattern
from achievement_pipeline.parsing.strict_model import StrictModel
from achievement_pipeline.parsing.validation import describe_problems

_ENDING = compile_pattern(r"(?:\.[^./A-Z]+){1,2}")
_WILDCARD = compile_pattern(r"\A[^*]*[/:.@-]\*")


class Skill(StrictModel):
    """Fields that all skills have."""

    kind: ClassVar[str]

    name: str = Field(min_length=1, description="Display name")
    aliases: tuple[str, ...] = Field(default=(), description="Other names, case-insensitive")

    @model_validator(mode="wrap")
    @classmethod
    def _name_the_entry(cls, data: Any, check: ModelWrapValidatorHandler[Any]) -> Any:  # noqa: ANN401 - pydantic's form
        try:
            return check(data)
        except ValidationError as error:
            name = data.get("name", "without a name") if isinstance(data, dict) else data
            faults = "; ".join(f"{field}: {words}" for field, words in describe_problems(error, cls))
            raise ValueError(f"{cls.__name__.lower()} {name!r}: {faults}") from error


class Language(Skill):
    """A programming or markup language."""

    kind = "language"

    type: Literal["programming", "markup"] = "programming"
    extensions: tuple[str, ...] = Field(default=(), description="File extensions with their dot, lower case")
    filenames: tuple[str, ...] = Field(default=(), description="Full file names")
    stems: tuple[str, ...] = Field(
        default=(), description="File names without extension; any extension matches, as in Dockerfile.dev"
    )

    @model_validator(mode="after")
    def _is_recognised(self) -> Language:
        for extension in self.extensions:
            if not _ENDING.fullmatch(extension):
                raise ValueError(
                    f"language {self.name!r}: {extension!r} is not a file extension (lower case, one or two dots)"
                )
        return self


class Ambiguity(StrictModel):
    """An extension that several languages share. The rest of the repository decides."""

    extension: str
    default: str | None = Field(default=None, description="The language to use without evidence")
    evidence: dict[str, tuple[str, ...]] = Field(
        description="Extensions and full file names per language; the language with most of these files wins"
    )


class Technology(Skill):
    """A library, framework, tool or service."""

    kind = "technology"

    packages: dict[Ecosystem, tuple[str, ...]] = Field(
        default={}, description="Exact names; a trailing `*` after a separator is a wildcard"
    )
    files: tuple[str, ...] = Field(default=(), description="Files that belong to it; see `path_expression`")

    @model_validator(mode="after")
    def _is_recognised(self) -> Technology:
        if not any(self.packages.values()) and not self.files:
            raise ValueError(f"technology {self.name!r} needs packages or files")
        for package in (package for packages in self.packages.values() for package in packages):
            if "*" in package and not _WILDCARD.fullmatch(package):
                raise ValueError(
                    f"technology {self.name!r}: in {package!r}, * must be last and follow one of / : . @ -"
                )
        return self


class Practice(Skill):
    """A way of working."""

    kind = "practice"

    types: tuple[str, ...] = Field(default=(), description="Conventional Commits types that show it")
    categories: tuple[Category, ...] = Field(default=(), description="Categories that show it")
    files: tuple[str, ...] = Field(default=(), description="Files that show it; see `path_expression`")
    folders: tuple[str, ...] = Field(default=(), description="Folders whose code shows it; see `path_expression`")
    technologies: tuple[str, ...] = Field(default=(), description="Technologies that show it when they are added")


class Vocabulary(StrictModel):
    """All skills."""

    language: tuple[Language, ...] = ()
    ambiguity: tuple[Ambiguity, ...] = ()
    technology: tuple[Technology, ...] = ()
    practice: tuple[Practice, ...] = ()

    @functools.cached_property
    def skills(self) -> tuple[Skill, ...]:
        """All skills of all kinds."""
        return (*self.language, *self.technology, *self.practice)

    @model_validator(mode="after")
    def _fits_together(self) -> Vocabulary:
        names = [name for skill in self.skills for name in {name.casefold() for name in (skill.name, *skill.aliases)}]
        _refuse_doubles("the name", names)
        extensions = [extension for language in self.language for extension in language.extensions]
        _refuse_doubles("the extension", [*extensions, *(each.extension for each in self.ambiguity)])
        _refuse_doubles("the file name", [name for language in self.language for name in language.filenames])
        languages = {language.name for language in self.language}
        for each in self.ambiguity:
            _refuse_unknown(f"extension {each.extension!r}", {*each.evidence, each.default} - {None}, languages)
        technologies = {technology.name for technology in self.technology}
        for practice in self.practice:
            _refuse_unknown(f"practice {practice.name!r}", set(practice.technologies), technologies)
        return self

    def named(self, name: str) -> Skill | None:
        """The skill with this name or alias, case-insensitive."""
        return self._by_name.get(name.casefold())

    @functools.cached_property
    def _by_name(self) -> dict[str, Skill]:
        return {name.casefold(): skill for skill in self.skills for name in (skill.name, *skill.aliases)}

    def extended(
        self, languages: Iterable[Language], technologies: Iterable[Technology], practices: Iterable[Practice]
    ) -> Vocabulary:
        """Add skills. A skill with a known name is merged into the known one."""
        return Vocabulary(
            language=_joined(self.language, languages),
            ambiguity=self.ambiguity,
            technology=_joined(self.technology, technologies),
            practice=_joined(self.practice, practices),
        )

    def renamed(self, names: Mapping[str, str]) -> Vocabulary:
        """Return a vocabulary with new display names. Skills of one kind with the same name are merged."""

        def called(name: str) -> str:
            return names.get(name, name)

        def each(skills: Iterable[AnySkill]) -> tuple[AnySkill, ...]:
            return _joined((), (skill.model_copy(update={"name": called(skill.name)}) for skill in skills))

        ambiguity = tuple(
            shared.model_copy(
                update={
                    "default": shared.default and called(shared.default),
                    "evidence": {called(name): ends for name, ends in shared.evidence.items()},
                }
            )
            for shared in self.ambiguity
        )
        practice = tuple(
            practice.model_copy(update={"technologies": tuple(map(called, practice.technologies))})
            for practice in each(self.practice)
        )
        # not validated again: a language and a technology with the same name are shown as one skill
        return Vocabulary.model_construct(
            language=each(self.language), ambiguity=ambiguity, technology=each(self.technology), practice=practice
        )


@functools.cache
def known_skills() -> Vocabulary:
    """Load the built-in vocabulary, ``skills.toml``."""
    text = files(__package__).joinpath("skills.toml").read_text(encoding="utf-8")
    return Vocabulary.model_validate(tomllib.loads(text))


AnySkill = TypeVar("AnySkill", bound=Skill)


def _joined(known: Iterable[AnySkill], added: Iterable[AnySkill]) -> tuple[AnySkill, ...]:
    skills = {skill.name: skill for skill in known}
    for skill in added:
        skills[skill.name] = _both(skills[skill.name], skill) if skill.name in skills else skill
    return tuple(skills.values())


def _both(known: AnySkill, added: AnySkill) -> AnySkill:
    """Merge two skills: the result is recognised by everything that either is recognised by."""
    more = added.model_fields_set - {"name", "type"}
    return known.model_copy(update={field: _union(getattr(known, field), getattr(added, field)) for field in more})


def _union(known: Any, added: Any) -> Any:  # noqa: ANN401 - tuples, or mappings of tuples
    if isinstance(known, dict):
        return {key: _union(known.get(key, ()), added.get(key, ())) for key in known | added}
    return tuple(dict.fromkeys((*known, *added)))


def _refuse_doubles(what: str, names: Iterable[str]) -> None:
    doubles = sorted(name for name, times in Counter(names).items() if times > 1)
    if doubles:
        raise ValueError(f"{what} {', '.join(map(repr, doubles))} is defined more than once")


def _refuse_unknown(where: str, named: Iterable[str | None], known: set[str]) -> None:
    unknown = sorted(str(name) for name in set(named) - known)
    if unknown:
        raise ValueError(f"{where} refers to unknown skills: {', '.join(unknown)}")
