"""Whether the process lives and whether it can serve: for supervisors and load balancers."""

from collections.abc import Callable

from flask import Blueprint, Response, abort, jsonify, request

from core.infra.errors import Unavailable
from core.infra.settings import Mode
from portal.wiring import services

bp = Blueprint("health", __name__)


@bp.get("/health/live")
def live() -> Response:
    """Answer 200 as long as the process answers at all."""
    return jsonify(status="live")


@bp.get("/health/ready")
def ready() -> tuple[Response, int]:
    """Answer 200 when database and store are there, else 503 naming what is not.

    In production it answers only on the address of `IMMO_OPERATIONS_BIND`.
    """
    found = services()
    if found.settings.mode is Mode.PRODUCTION and not _is_operations_address(found.settings.operations_bind):
        abort(404)
    checks: dict[str, Callable[[], None]] = {"database": found.database.ping, "store": found.store.ping}
    missing = [name for name, check in checks.items() if not _answers(check)]
    return jsonify(status="not ready" if missing else "ready", missing=missing), 503 if missing else 200


def _answers(check: Callable[[], None]) -> bool:
    try:
        check()
    except Unavailable:
        return False
    return True


def _is_operations_address(bind: str | None) -> bool:
    here = f"{request.environ['SERVER_NAME']}:{request.environ['SERVER_PORT']}"
    return bind is not None and bind == here
