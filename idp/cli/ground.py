"""What every command stands on: the services, and failures that an operator can read."""

import re
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import click

from core.infra import log
from core.infra.errors import ImmoError, InvalidSettings
from core.infra.settings import Settings
from idp.oidc.errors import ProtocolError
from idp.wiring import Services, build_services

_REFERENCE = re.compile(r"[A-Za-z0-9#_-]{1,40}")

P = ParamSpec("P")
R = TypeVar("R")


def explained(command: Callable[P, R]) -> Callable[P, R]:
    """Turn an expected failure into a readable message and exit status 1."""

    @wraps(command)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except InvalidSettings as error:
            raise click.ClickException(str(error)) from error
        except ProtocolError as error:
            raise click.ClickException(f"{error.error}: {error.description}") from error
        except ImmoError as error:
            details = ", ".join(f"{name}: {value}" for name, value in error.details.items())
            raise click.ClickException(f"{error.code} ({details})" if details else error.code) from error

    return wrapper


def require_reference(reference: str | None) -> None:
    """Refuse a reference that could be a name or an address: it is kept for ever."""
    if reference is not None and not _REFERENCE.fullmatch(reference):
        raise click.ClickException("A reference is letters, digits, dashes: at most 40. It is kept for ever.")


def connect() -> Services:
    """Return the services that the environment's settings name, closed when the command ends.

    Raises `InvalidSettings`.
    """
    settings = Settings.from_environment()
    log.configure(settings.log_level)
    services = build_services(settings)
    click.get_current_context().call_on_close(services.database.close)
    return services
