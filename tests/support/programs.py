"""What stands behind the door for programs where a test wants nothing there."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


def nobody(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    """Answer that the pages have been reached."""
    start_response("404 Not Found", [("Content-Type", "text/plain"), ("X-Path", environ["PATH_INFO"])])
    return [b"pages"]
