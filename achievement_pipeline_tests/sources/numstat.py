"""What git itself says of a history, in its own slow words: the truth that reading is measured against."""

from pandera.typing.pandas import DataFrame

from achievement_pipeline.frames import RawCommitFiles
from achievement_pipeline_tests.builders import GitRepository

Row = tuple[str, str, str | None, int | None, int | None]
"""Object name, path, old path, insertions, deletions."""


def numstat(repository: GitRepository, *revisions: str) -> list[Row]:
    """The rows of ``git log --numstat -M``, sorted."""
    rows: list[Row] = []
    output = repository.git("log", "--numstat", "-M", "-z", "--format=%x00%H%x00", *(revisions or ("HEAD",)))
    fields = iter(output.split(b"\0"))
    sha = ""
    for field in fields:
        if field == b"":
            continue
        if b"\t" not in field:
            sha = field.decode()
            continue
        insertions, deletions, path = field.lstrip(b"\n").split(b"\t", 2)
        old_path = None if path else _text(next(fields))
        rows.append((sha, _text(path or next(fields)), old_path, _number(insertions), _number(deletions)))
    return sorted(rows, key=str)


def rows(files: DataFrame[RawCommitFiles]) -> list[Row]:
    """The same rows of the frame that was read, sorted."""
    columns = ["sha", "path", "old_path", "insertions", "deletions"]
    values = files[columns].astype(object).where(files[columns].notna(), None)
    return sorted(values.itertuples(index=False, name=None), key=str)


def _text(path: bytes) -> str:
    return path.decode(errors="backslashreplace")


def _number(count: bytes) -> int | None:
    return None if count == b"-" else int(count)
