"""Whether a process lives and whether it can serve: for supervisors and load balancers."""

from collections.abc import Callable, Mapping

from flask import Blueprint, Response, abort, jsonify, request

from core.infra.errors import Unavailable
from core.infra.settings import Mode, Settings

Check = Callable[[], None]


def blueprint(settings: Settings, checks: Mapping[str, Check]) -> Blueprint:
    """Return `/health/live` and `/health/ready` for an application.

    A check returns when its service answers and raises `Unavailable` otherwise. In production
    readiness answers only on the address of `IMMO_OPERATIONS_BIND`.
    """
    bp = Blueprint("health", __name__)

    @bp.get("/health/live")
    def live() -> Response:
        return jsonify(status="live")

    @bp.get("/health/ready")
    def ready() -> tuple[Response, int]:
        if settings.mode is Mode.PRODUCTION and _address() != settings.operations_bind:
            abort(404)
        missing = [name for name, check in checks.items() if not _answers(check)]
        return jsonify(status="not ready" if missing else "ready", missing=missing), 503 if missing else 200

    return bp


def _answers(check: Check) -> bool:
    try:
        check()
    except Unavailable:
        return False
    return True


def _address() -> str:
    # The address that was listened on, not the Host header, which a stranger writes.
    return f"{request.environ['SERVER_NAME']}:{request.environ['SERVER_PORT']}"
