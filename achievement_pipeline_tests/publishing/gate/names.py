"""Names that the user listed."""

from achievement_pipeline.publishing.gate.redaction import listed_names

NAMES = listed_names(
    ("Blue Whale", "Orca", "HR", "Chimera", "Schönbrunn", "Project X", "プロジェクト"), ("Dee Reynolds",)
)
