"""Who works at Harborline."""

from achievement_pipeline.demo.history import Person

ADA = Person("Ada Lindqvist", "ada@example.org", "ada-lindqvist", 100101)
ADA_ON_HER_LAPTOP = Person("Ada Lindqvist", "ada.lindqvist@laptop.example.org", "ada-lindqvist", 100101)
BEN = Person("Ben Okafor", "ben@example.org", "ben-okafor", 100102)
MIRA = Person("Mira Sato", "mira@example.org", "mira-sato", 100103)
DEPENDABOT = Person(
    "dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com", "dependabot", 49699333, True
)
