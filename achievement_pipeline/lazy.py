"""Lazy imports: a package re-exports names of its modules, and imports each module on first use.

This keeps commands fast that only query the database: half of the modules import pandas.
"""

import gc
import importlib
import sys
from collections.abc import Callable, Mapping
from types import ModuleType

from achievement_pipeline.system.interrupts import interrupted_at_once


def lazy_names(package: str, modules: Mapping[str, str]) -> Callable[[str], object]:
    """Return the ``__getattr__`` of a package.

    Args:
        package: The package's ``__name__``.
        modules: The submodule that defines each name.
    """

    def get(name: str) -> object:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(importlib.import_module(f"{package}.{modules[name]}"), name)

    return get


def import_for_good(name: str) -> ModuleType:
    """Import a module without collecting garbage meanwhile, and spare what it made later collections.

    Imports make hundreds of thousands of objects that all stay. Looking for reference cycles among them is a tenth of
    what `achievements list` takes. Ctrl-C ends the process at once meanwhile.
    """
    if name in sys.modules:
        return sys.modules[name]
    gc.disable()
    try:
        with interrupted_at_once():
            return importlib.import_module(name)
    finally:
        gc.freeze()
        gc.enable()
