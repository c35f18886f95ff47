"""The fields of a submitted form, and where to go once it is done."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from achievement_pipeline.errors import StoreError


@dataclass(frozen=True)
class Form:
    """The fields of a submitted form."""

    fields: Mapping[str, list[str]]

    def first(self, name: str) -> str:
        """Return the value of a field, or an empty string."""
        return self.fields.get(name, [""])[0].replace("\r\n", "\n").strip()

    def all(self, name: str) -> list[str]:
        """Return all values of a field."""
        return [value.replace("\0", "") for value in self.fields.get(name, [])]

    def words(self, name: str) -> tuple[str, ...]:
        """Return the values of a field, which commas separate."""
        return tuple(filter(None, (word.strip() for word in self.first(name).split(","))))

    def number(self, name: str) -> float:
        """Return the number in a field.

        Raises:
            StoreError: It is not a number.
        """
        try:
            return float(self.first(name))
        except ValueError as error:
            raise StoreError(f"{name}: {self.first(name)!r} is not a number.") from error


def page_of(key: str, did: str) -> str:
    """Return the address of an achievement's page, with a note of what was done."""
    return f"/achievement?{urlencode({'key': key, 'did': did})}"


def back_to(form: Form, did: str) -> str:
    """Return the page that the form was on, if it is one of these pages, with a note of what was done."""
    parts = urlsplit(form.first("back"))
    if parts.scheme or parts.netloc or not parts.path.startswith("/") or "\\" in parts.path:
        return f"/?did={did}"
    query = "&".join([*(pair for pair in parts.query.split("&") if pair and not pair.startswith("did=")), f"did={did}"])
    return parts._replace(query=query).geturl()
