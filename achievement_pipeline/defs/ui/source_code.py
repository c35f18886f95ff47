"""Links from the Dagster UI to the source code of assets."""

import inspect
from collections.abc import Callable
from typing import Any

import dagster as dg

_CODE_REFERENCES = "dagster/code_references"


def code_reference(function: Callable[..., Any]) -> dict[str, Any]:
    """Return the metadata that links to a function: for assets whose function is wrapped by another module's."""
    file, line = inspect.getsourcefile(function), inspect.getsourcelines(function)[1]
    reference = dg.LocalFileCodeReference(file_path=str(file), line_number=line)
    return {_CODE_REFERENCES: dg.CodeReferencesMetadataValue(code_references=[reference])}


def with_source_code(asset: dg.AssetsDefinition) -> dg.AssetsDefinition:
    """Return an asset that links to its source code."""
    if all(_CODE_REFERENCES in metadata for metadata in asset.metadata_by_key.values()):
        return asset
    (linked,) = dg.with_source_code_references([asset])
    if not isinstance(linked, dg.AssetsDefinition):
        raise TypeError(f"{asset.keys} is no definition of assets any more.")
    return linked
