"""The UI links each asset to the function that computes it."""

from pathlib import Path

import dagster as dg

from achievement_pipeline.defs.build import build_defs
from achievement_pipeline.settings import load_settings


def test_every_asset_links_to_its_own_function() -> None:
    for asset in build_defs(load_settings()).assets or ():
        assert isinstance(asset, dg.AssetsDefinition)
        for metadata in asset.metadata_by_key.values():
            (reference,) = metadata["dagster/code_references"].code_references
            assert isinstance(reference, dg.LocalFileCodeReference)
            assert Path(reference.file_path).name != "frame_assets.py"
            lines = Path(reference.file_path).read_text().splitlines()[(reference.line_number or 0) - 1 :]
            assert lines[0].startswith("@")
