"""Store the dataframes between assets as Parquet: one file per asset and repository, in a folder or object store."""

import errno
import logging
from pathlib import Path
from typing import ClassVar, cast

import dagster as dg
import pandas as pd
import pyarrow as pa
from pyarrow.parquet import read_schema
from pydantic import Field, PrivateAttr
from upath import UPath

from achievement_pipeline.defs.frame_types import schema_of
from achievement_pipeline.defs.instance.compat import escape_dotdot_segments, escape_leading_slash
from achievement_pipeline.errors import FrameError
from achievement_pipeline.frame_files import DamagedFrameError, decode, encode
from achievement_pipeline.frames import typed
from achievement_pipeline.system.leftovers import write_whole

_log = logging.getLogger(__name__)


class ParquetIOManager(dg.ConfigurableIOManager, dg.UPathIOManager):
    """Stores and loads `pandas.DataFrame` as Parquet under one base path.

    An asset takes and returns one dataframe, whether it is materialized for one repository or for many: it is split by
    the column ``repository`` when stored, and concatenated when loaded. A repository that was never materialized has no
    rows. ``DataFrame.attrs`` are preserved. Where the parameter of an asset names a schema, columns and dtypes are
    compared with it.

    Files are only a cache. A corrupt file is removed with a warning, and its source is read again.

    Example:
        ```python
        defs = dg.Definitions(assets, resources={"io_manager": ParquetIOManager(base_path="s3://bucket/frames")})
        ```
    """

    base_path: str = Field(description="A folder, or a URL supported by fsspec (s3://bucket/frames)")
    extension: ClassVar[str] = ".parquet"  # type: ignore[misc]  # ClassVar, so that pydantic does not make it a field

    _base_path: UPath = PrivateAttr()
    _unread: set[str] = PrivateAttr(default_factory=set)
    """Repositories with a missing frame. Their stored rows downstream are kept."""

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:  # noqa: ARG002 - Dagster's signature
        """Resolve the base path."""
        self._base_path = UPath(self.base_path)

    def read(self, asset: str, partition: str | None = None) -> pd.DataFrame | None:
        """Return the stored dataframe of an asset, or None if it is missing or corrupt.

        For assets that load their own last materialization.
        """
        return _read(self._file(asset, partition))

    def forget(self, asset: str, partition: str | None = None) -> None:
        """Remove the stored dataframe of an asset, so that its source is read again."""
        self._file(asset, partition).unlink(missing_ok=True)

    def remove(self, asset: str, partition: str) -> None:
        """Remove the stored dataframe of an asset, if it exists."""
        self._file(asset, partition).unlink(missing_ok=True)

    def local_file(self, asset: str, partition: str | None = None) -> Path | None:
        """Return the file of an asset's dataframe, whether it exists or not; None where it is on no local disk."""
        path = self._file(asset, partition)
        return Path(path.path) if path.protocol in {"", "file"} else None

    def columns(self, asset: str, partition: str | None = None) -> frozenset[str]:
        """Return the columns of an asset's stored dataframe without reading its rows; empty if there is none."""
        try:
            with self._file(asset, partition).open("rb") as file:
                return frozenset(read_schema(file).names)
        except (OSError, pa.ArrowException):
            return frozenset()

    def dump_to_path(self, context: dg.OutputContext, obj: pd.DataFrame, path: UPath) -> None:  # noqa: ARG002
        """Write one dataframe. On a local disk this is atomic."""
        content = encode(obj)
        try:
            _write(path, content)
        except OSError as error:
            if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
                raise
            raise dg.Failure(
                f"No space left to write {path}. Free some and run this again. Nothing is lost.",
                allow_retries=False,
            ) from error

    def load_input(self, context: dg.InputContext) -> pd.DataFrame:
        """Load a dataframe, and compare it with the schema that the parameter names.

        Raises:
            dagster.Failure: It was never materialized, or another version stored other columns or dtypes.
        """
        frame = cast("pd.DataFrame", super().load_input(context))
        schema = schema_of(context.dagster_type)
        try:
            return frame if schema is None else typed(schema, frame)
        except FrameError as error:
            raise dg.Failure(str(error), allow_retries=False) from error

    def load_from_path(self, context: dg.InputContext, path: UPath) -> pd.DataFrame:
        """Read one dataframe."""
        frame = _read(path)
        if frame is None:
            raise _never_materialized(context, path.stem)
        return frame

    def load_partitions(self, context: dg.InputContext) -> pd.DataFrame:
        """Concatenate the dataframes of all requested repositories that have one."""
        read = {key: _read(path) for key, path in self._get_paths_for_partitions(context).items()}
        frames = {key: frame for key, frame in read.items() if frame is not None}
        missing = [key for key in read if key not in frames]
        if not frames:
            raise _never_materialized(context, ", ".join(missing))
        if missing:
            self._unread.update(missing)
            context.log.warning(f"Never materialized or corrupt: {', '.join(missing)}. Collect them again.")
        return pd.concat(frames.values(), ignore_index=True) if len(frames) > 1 else next(iter(frames.values()))

    def handle_output(self, context: dg.OutputContext, obj: pd.DataFrame) -> None:
        """Store a dataframe, one file per repository."""
        if not context.has_asset_partitions or len(context.asset_partition_keys) == 1:
            super().handle_output(context, obj)
            return
        parts = dict(iter(obj.groupby("repository", sort=False)))
        for key, path in self._get_paths_for_partitions(context).items():
            if key in self._unread:
                continue
            self.make_directory(path.parent)
            self.dump_to_path(context, parts.get(key, obj.head(0)).reset_index(drop=True), path)
        context.add_output_metadata({"path": dg.MetadataValue.path(str(self._get_path_without_extension(context)))})

    def _file(self, asset: str, partition: str | None) -> UPath:
        path = UPath(self.base_path) / asset
        if partition is not None:
            path = self.make_safe_partition_path(path, partition)
        return self._with_extension(path)

    def make_safe_partition_path(self, base_path: UPath, partition: str) -> UPath:
        """Keep a partition's file inside its asset's folder, whatever the partition key contains."""
        return base_path / escape_dotdot_segments(escape_leading_slash(partition))


def _read(path: UPath) -> pd.DataFrame | None:
    """Read a dataframe; None if it is missing or corrupt. A corrupt file is removed."""
    try:
        return decode(path.read_bytes())
    except FileNotFoundError:
        return None
    except DamagedFrameError as error:
        _log.warning("Removed corrupt file %s (%s). Its source is read again.", path, error)
        path.unlink(missing_ok=True)
        return None


def _write(path: UPath, content: bytes) -> None:
    if path.protocol not in {"", "file"}:
        path.write_bytes(content)
        return
    write_whole(Path(path.path), content)


def _never_materialized(context: dg.InputContext, keys: str) -> dg.Failure:
    return dg.Failure(
        f"{context.asset_key.to_user_string()} was never materialized for {keys}, or its file is corrupt. "
        "Materialize it first, or run the whole lane: `achievements collect`."
    )
