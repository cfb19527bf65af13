"""The form of a commit's subject: `area: what it does`, at most 65 characters."""

import re
import sys
from pathlib import Path

_LONGEST = 65
_FORM = re.compile(r"[a-z0-9][a-z0-9/-]*: [^\s].*[^.]")


def problems(message: str) -> tuple[str, ...]:
    """Return what is wrong with a commit message; nothing when it may stand."""
    lines = message.splitlines() or [""]
    found = []
    if len(lines[0]) > _LONGEST:
        found.append(f"the subject has {len(lines[0])} characters, {_LONGEST} are the limit")
    if not _FORM.fullmatch(lines[0]):
        found.append("the subject is not of the form 'area: what it does'")
    if len(lines) > 1 and lines[1]:
        found.append("an empty line must follow the subject")
    return tuple(found)


if __name__ == "__main__":
    wrong = problems(Path(sys.argv[1]).read_text("utf-8"))
    sys.exit("\n".join(wrong) or 0)
