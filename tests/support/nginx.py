"""A real nginx with a configuration of `docs/`, on free ports and in a folder of its own."""

import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from development.ports import answers
from development.programs import NGINX, require

_AROUND = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    access_log {folder}/access.log;
{content}
}}
"""


def adapted(documented: Path, changes: Mapping[str, str]) -> str:
    """Return a documented configuration with an installation's own names; each must be there to be replaced."""
    content = documented.read_text("utf-8")
    for name, own in changes.items():
        assert name in content, name
        content = content.replace(name, own)
    return content


@contextmanager
def nginx(folder: Path, content: str, port: int) -> Iterator[None]:
    """Run nginx with these servers until the block ends."""
    folder.mkdir(parents=True, exist_ok=True)
    # Its workers are nobody's: they have to reach the folder of the temporary files.
    configuration = folder / "nginx.conf"
    configuration.write_text(_AROUND.format(folder=folder, content=content), "utf-8")
    said = folder / "said.log"
    with said.open("wb") as output:
        command = [require(NGINX), "-c", str(configuration), "-p", str(folder)]
        process = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        end = time.monotonic() + 10
        while not answers(port):
            assert process.poll() is None and time.monotonic() < end, said.read_text("utf-8")
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(timeout=10)
