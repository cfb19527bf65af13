"""Clients with which a tool's developers try a real sign-in: one for each tool, without a secret (C6).

Such a client stands for its tool in everything that a token says, and its only redirect URI is the
page of the portal that explains the answer. It gets no refresh token and no token for an API.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from core.infra.errors import NotFound
from core.tools.catalogue import tool_by_code, tool_facts
from idp.oidc.clients import find_client
from idp.oidc.registered_client import CONTEXT_SCOPE, DEFAULT_SCOPE, ClientPolicy, RegisteredClient
from idp.oidc.registration import store_client

CALLBACK = "/developers/try-out/callback"
_PREFIX = "try-out."
_SCOPE = (*(scope for scope in DEFAULT_SCOPE if scope != "offline_access"), *CONTEXT_SCOPE)


def client_id_of(tool_code: str) -> str:
    """Return the identifier of the client with which a tool is tried."""
    return _PREFIX + tool_code


def ensure(session: Session, tool_code: str, *, portal_url: str, now: datetime) -> RegisteredClient:
    """Return that client, made or brought up to date where it is not as it should be.

    Raises `NotFound` for a tool that is not in the catalogue. One that an operator disabled stays so.
    """
    tool_id = tool_by_code(session, tool_code)
    tool = None if tool_id is None else tool_facts(session, tool_id, now=now)
    if tool is None:
        raise NotFound(tool=tool_code)
    there = find_client(session, client_id_of(tool_code))
    wanted = RegisteredClient(
        client_id=client_id_of(tool_code),
        name=f"{tool.name.en} (try-out)",
        tool_id=tool.id,
        enabled=there is None or there.enabled,
        secret_digest=None,
        token_endpoint_auth_method="none",  # noqa: S106 - a method's name
        redirect_uris=(portal_url + CALLBACK,),
        policy=ClientPolicy(scope=_SCOPE, require_pkce=True),
    )
    if there != wanted:
        store_client(session, wanted, now=now)
    return wanted
