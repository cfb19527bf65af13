import os
import subprocess
import sys
from pathlib import Path

import pytest

from development.tests import count

_TESTS = """
import pytest

def test_good(): pass
def test_also_good(): pass
def test_bad(): assert False
@pytest.mark.skip
def test_skipped(): pass
@pytest.fixture
def broken(): raise RuntimeError
def test_without_ground(broken): pass
"""


def test_what_passed_failed_and_was_skipped_is_counted(tmp_path: Path) -> None:
    (tmp_path / "test_sample.py").write_text(_TESTS)
    report = tmp_path / "report.xml"

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junit-xml={report}", "test_sample.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTEST_ADDOPTS": ""},
        capture_output=True,
        check=False,
    )

    assert done.returncode == 1
    assert count(report.read_text("utf-8")) == {"passed": 2, "failed": 2, "skipped": 1}


def test_a_report_without_counts_is_no_success() -> None:
    with pytest.raises(KeyError):
        count("<testsuites><testsuite name='pytest'/></testsuites>")
