"""Bars on the terminal that show how far `achievements collect` is."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeElapsedColumn
from rich.table import Column
from rich.text import Text

from achievement_pipeline.app.collect.readings import progress as reporting
from achievement_pipeline.system.terminal import drawing_stream, escape_controls

if TYPE_CHECKING:  # its import is what the first bar is shown for
    import dagster as dg


class Bars:
    """Shows progress as bars, and waits as lines above them."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars

    def report_wait(self, _context: "dg.AssetExecutionContext | None", text: str) -> None:
        """Print a line."""
        self._bars.console.print(f"⏳ {escape_controls(text)}", markup=False, highlight=False, soft_wrap=True)

    def start(self, _context: "dg.AssetExecutionContext | None", work: str) -> reporting.Progress:
        """Add the bar of a reading."""
        task = self._bars.add_task(_plain(work), total=None)
        return lambda done, total: self._bars.update(task, completed=done, total=total)

    @contextmanager
    def of_run(self, subject: str) -> Iterator[None]:
        """Show a bar that moves for the whole block, and remove it at the end with those that were added below it."""
        others = set(self._bars.task_ids)
        self._bars.add_task(f"Collecting from {_plain(subject)}", total=None)
        yield
        for task in set(self._bars.task_ids) - others:
            self._bars.remove_task(task)


class _Count(ProgressColumn):
    """How much is done of how much; nothing where that is not known."""

    def render(self, task: Task) -> Text:
        return Text("" if task.total is None else f"{task.completed:,.0f} of {task.total:,.0f}")


@contextmanager
def show_bars() -> Iterator[Bars]:
    """Show bars in the block, and remove them at its end."""
    columns = (TextColumn("🔍 {task.description}"), BarColumn(), _Count(Column(no_wrap=True)), TimeElapsedColumn())
    # not redirected, so that what others print meanwhile is escaped
    with (
        drawing_stream() as stream,
        Progress(
            *columns, console=Console(file=stream), transient=True, redirect_stdout=False, redirect_stderr=False
        ) as bars,
    ):
        yield Bars(bars)


def _plain(text: str) -> str:
    return escape(escape_controls(text))
