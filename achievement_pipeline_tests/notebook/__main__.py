"""`achievements` with one lane more. Nothing else of the program knows of it."""

from achievement_pipeline import lanes
from achievement_pipeline_tests.notebook.lane import NOTEBOOK

lanes.LANES = (*lanes.LANES, NOTEBOOK)

if __name__ == "__main__":
    from achievement_pipeline.cli import main

    main()
