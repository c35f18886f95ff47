"""Keeps the dataframes between the assets as Parquet: a file an asset and a repository, in a folder or object store."""

import errno
import logging
import os
from typing import ClassVar

import dagster as dg
import pandas as pd
import pyarrow as pa
from pandera.typing import DataFrame
from pyarrow.parquet import read_schema
from pydantic import Field, PrivateAttr
from upath import UPath

from achievement_pipeline.defs.instance.compat import escape_dotdot_segments, escape_leading_slash
from achievement_pipeline.defs.instance.frame_files import DamagedFrameError, decode, encode
from achievement_pipeline.errors import FrameError
from achievement_pipeline.frames import SchemaT, checked

_log = logging.getLogger(__name__)


class ParquetIOManager(dg.ConfigurableIOManager, dg.UPathIOManager):
    """Stores and loads `pandas.DataFrame` as Parquet under one base path.

    An asset takes and returns one frame whether it is materialized for one repository or for many: the frame of many is
    split by its column ``repository`` when it is stored, and joined when it is loaded. A repository that was never
    materialized has no rows. ``DataFrame.attrs`` are stored with the frame.

    What is stored is only a cache. A damaged file is removed with a warning, and read again from its source.

    Example:
        ```python
        defs = dg.Definitions(assets, resources={"io_manager": ParquetIOManager(base_path="s3://bucket/frames")})
        ```
    """

    base_path: str = Field(description="A folder, or any URL that fsspec knows (s3://bucket/frames)")
    extension: ClassVar[str] = ".parquet"  # type: ignore[misc]  # else pydantic takes it for a field

    _base_path: UPath = PrivateAttr()
    _unread: set[str] = PrivateAttr(default_factory=set)
    """The repositories of which a frame is missing: what is stored of them downstream stays."""

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:  # noqa: ARG002 - Dagster's signature
        """Resolve the base path."""
        self._base_path = UPath(self.base_path)

    def read(self, asset: str, partition: str | None = None) -> pd.DataFrame | None:
        """Return the stored frame of an asset, or None when there is none that can be read.

        For what an asset knows from its last materialization, which is no upstream of its own.
        """
        return _read(self._file(asset, partition))

    def forget(self, asset: str, partition: str | None = None) -> None:
        """Remove the stored frame of an asset, so that it is read again."""
        self._file(asset, partition).unlink(missing_ok=True)

    def remove(self, asset: str, partition: str) -> None:
        """Remove the stored frame of an asset, if there is one."""
        self._file(asset, partition).unlink(missing_ok=True)

    def columns(self, asset: str, partition: str | None = None) -> frozenset[str]:
        """Return the columns of the stored frame of an asset, none when there is none; its rows are not read."""
        try:
            with self._file(asset, partition).open("rb") as file:
                return frozenset(read_schema(file).names)
        except (OSError, pa.ArrowException):
            return frozenset()

    def dump_to_path(self, context: dg.OutputContext, obj: pd.DataFrame, path: UPath) -> None:  # noqa: ARG002
        """Write one frame; on a local disk a reader sees the old file or the new one, never half of one."""
        content = encode(obj)
        try:
            _write(path, content)
        except OSError as error:
            if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
                raise
            raise dg.Failure(
                f"There is no space for {path}. Free some on its disk and run this again: nothing is lost.",
                allow_retries=False,
            ) from error

    def load_from_path(self, context: dg.InputContext, path: UPath) -> pd.DataFrame:
        """Read one frame."""
        frame = _read(path)
        if frame is None:
            raise _never_materialized(context, path.stem)
        return frame

    def load_partitions(self, context: dg.InputContext) -> pd.DataFrame:
        """Join the frames of all wanted repositories that have one."""
        read = {key: _read(path) for key, path in self._get_paths_for_partitions(context).items()}
        frames = {key: frame for key, frame in read.items() if frame is not None}
        missing = [key for key in read if key not in frames]
        if not frames:
            raise _never_materialized(context, ", ".join(missing))
        if missing:
            self._unread.update(missing)
            context.log.warning(f"Never materialized, or damaged; collect it again: {', '.join(missing)}")
        return pd.concat(frames.values(), ignore_index=True) if len(frames) > 1 else next(iter(frames.values()))

    def handle_output(self, context: dg.OutputContext, obj: pd.DataFrame) -> None:
        """Store a frame, one file a repository."""
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
        """Keep the file of a partition below the folder of its asset, whatever the key holds."""
        return base_path / escape_dotdot_segments(escape_leading_slash(partition))


def _read(path: UPath) -> pd.DataFrame | None:
    """Return a frame; None where there is none, or none that can be read: that file is removed."""
    try:
        return decode(path.read_bytes())
    except FileNotFoundError:
        return None
    except DamagedFrameError as error:
        _log.warning("%s is damaged (%s) and removed: it is read again from its source.", path, error)
        path.unlink(missing_ok=True)
        return None


def _write(path: UPath, content: bytes) -> None:
    if path.protocol not in {"", "file"}:
        path.write_bytes(content)
        return
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        unfinished.write_bytes(content)
        unfinished.rename(path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise


def _never_materialized(context: dg.InputContext, keys: str) -> dg.Failure:
    return dg.Failure(
        f"{context.asset_key.to_user_string()} was never materialized for {keys}, or its file was damaged. "
        "Materialize it first, or run the whole lane: `achievements collect`."
    )


def stored_frame(frames: ParquetIOManager, asset: str, schema: type[SchemaT]) -> DataFrame[SchemaT] | None:
    """Return what was stored of an asset the last time, where it is there and of today's shape."""
    stored = frames.read(asset)
    try:
        return None if stored is None else checked(schema, stored)
    except FrameError:
        return None
