"""A real nginx with the documented configuration, which asks the suite for its certificates."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from development.certificates import ensure_certificate
from development.ports import LOOPBACK
from development.supervisor import Program
from tests.support.nginx import adapted, nginx

SECRET = "between-the-proxy-and-the-provider-of-this-run"
_DOCUMENTED = Path("docs/nginx/immo-connect-programs.conf")
_PATHS = "/etc/nginx/immo-connect/mtls"


@contextmanager
def proxy(folder: Path, port: int, programs: Sequence[Program]) -> Iterator[None]:
    """Stand on a port in front of the provider among these programs until the block ends."""
    files = ensure_certificate(folder / "tls")
    [provider] = [program for program in programs if program.name == "provider"]
    behind = provider.command[provider.command.index("--port") + 1]
    own = {
        "listen 443": f"listen {LOOPBACK}:{port}",
        "mtls.immo-connect.example": "localhost",
        f"{_PATHS}.pem": str(files.certificate),
        f"{_PATHS}.key": str(files.key),
        "the-secret-of-IMMO_MTLS_PROXY_SECRET": SECRET,
    }
    upstream = f"upstream immo_provider {{ server {LOOPBACK}:{behind}; }}\n"
    with nginx(folder / "nginx", upstream + adapted(_DOCUMENTED, own), port):
        yield
