"""A real Apache with modules of Debian's packages, on a free port and in a folder of its own."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from development.ports import LOOPBACK, answers
from development.programs import APACHE, APACHE_OPENID, require

_ALWAYS = ("mpm_event", "authn_core", "authz_core", "authz_user", "dir", "mime")
_AROUND = """
ServerRoot "{folder}"
ServerName localhost
PidFile "{folder}/apache.pid"
DefaultRuntimeDir "{folder}"
Mutex "file:{folder}" default
Listen {host}:{port}
ErrorLog "{folder}/error.log"
LogLevel warn
TypesConfig /dev/null
DocumentRoot "{folder}/pages"
{modules}
{content}
"""


@contextmanager
def apache(content: str, port: int, *, modules: Sequence[str] = (), files: Mapping[str, bytes] = {}) -> Iterator[None]:
    """Run Apache with this configuration, two pages and these files in its folder, until the block ends."""
    folder = Path(tempfile.mkdtemp(prefix="immo-apache-"))
    try:
        (folder / "pages").mkdir()
        for name in ("index.html", "goodbye.html"):
            (folder / "pages" / name).write_text(f"<!doctype html><title>{name}</title>", "utf-8")
        for name, held in files.items():
            (folder / name).write_bytes(held)
        places = Path(require(APACHE_OPENID)).parent
        loaded = [f'LoadModule {name}_module "{places}/mod_{name}.so"' for name in (*_ALWAYS, *modules)]
        configuration = folder / "apache.conf"
        filled = _AROUND.format(folder=folder, host=LOOPBACK, port=port, modules="\n".join(loaded), content=content)
        configuration.write_text(filled, "utf-8")
        with _running(folder, configuration, port):
            yield
    finally:
        shutil.rmtree(folder)


@contextmanager
def _running(folder: Path, configuration: Path, port: int) -> Iterator[None]:
    command = [require(APACHE), "-d", str(folder), "-f", str(configuration), "-D", "FOREGROUND"]
    with (folder / "error.log").open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, user=_account(folder))
    try:
        end = time.monotonic() + 10
        while not answers(port):
            assert process.poll() is None and time.monotonic() < end, (folder / "error.log").read_text("utf-8")
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(timeout=10)


def _account(folder: Path) -> int | None:
    """Return who Apache runs as where we are root, which it refuses; the folder is theirs then."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody").pw_uid
    for path in (folder, *folder.rglob("*")):
        os.chown(path, nobody, -1)
    return nobody
