"""Draft a migration from the difference between the models and the migrated schema.

    python -m development.migration "what changes"

The draft is read, corrected and completed by hand before it is committed.
"""

import re
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from alembic import command

from core.infra.db import Database
from migrations.upgrade import configuration, revisions, upgrade_to_head


def draft(message: str) -> Path:
    """Write the next `NNNN_what_changes.py` into `migrations/versions` and return its path."""
    number = f"{len(revisions()) + 1:04}"
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/draft.sqlite3"
        upgrade_to_head(url)
        with closing(Database(url)) as database, database.engine.connect() as connection:
            found = configuration()
            found.attributes["connection"] = connection
            found.set_main_option("file_template", f"{number}_{_slug(message)}")
            script = command.revision(found, message=message, autogenerate=True, rev_id=number)
    assert script is not None
    assert not isinstance(script, list)
    path = Path(script.path)
    _tidy(path)
    return path


def _tidy(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.lstrip().startswith("# ###")), "utf-8")
    for action in (["check", "--fix", "--quiet", "--isolated", "--select", "I,Q,UP"], ["format", "--quiet"]):
        subprocess.run([sys.executable, "-m", "ruff", *action, str(path)], check=True)  # noqa: S603 - fixed


def _slug(message: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", message.lower()).strip("_")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit('usage: python -m development.migration "what changes"')
    print(draft(sys.argv[1]))
