import gc
import sys
from pathlib import Path

import pytest

from achievement_pipeline.lazy import import_for_good


def test_no_garbage_is_collected_during_an_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "of_this_test.py").write_text("import gc\nwas_enabled = gc.isenabled()\n")
    monkeypatch.syspath_prepend(tmp_path)

    module = import_for_good("of_this_test")

    assert not module.was_enabled
    assert gc.isenabled()
    assert import_for_good("of_this_test") is module
    del sys.modules["of_this_test"]
