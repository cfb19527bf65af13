"""CadastreFinder: an example of a tool whose users sign in with Immo-Connect.

Flask and Authlib's client, nothing else. In the order of a visit: start a sign-in, take the
answer, read for whom the user works, change the context, sign out here or be signed out from there.
What is sold, and how the organisation pays for it, is in `searches.py` and `wallet.py`.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Blueprint, Flask, Response, current_app, jsonify, redirect, render_template, request, session, url_for
from joserfc.errors import JoseError
from requests import RequestException
from werkzeug.wrappers import Response as AnyResponse

from examples.cadastrefinder import language, logout_token, searches, wallet
from examples.cadastrefinder.orders import Orders
from examples.cadastrefinder.sessions import ServerSession, SqliteSessions
from examples.cadastrefinder.wallet import Wallet

SCOPE = f"openid profile email accreditations {wallet.SCOPE}"
EXPLAINED = {"access_denied", "mismatching_state", "unavailable"}

pages = Blueprint("pages", __name__)


def create_app(environment: Mapping[str, str] = os.environ) -> Flask:
    """Build the tool from its environment; every variable has a value for the demo."""
    app = Flask(__name__)
    app.config["URL"] = environment.get("CADASTREFINDER_URL", "http://localhost:8082")
    app.config["PORTAL_URL"] = environment.get("IMMO_PORTAL_URL", "http://localhost:8081")
    app.config["ISSUER"] = environment.get("IMMO_ISSUER", "http://localhost:8080")
    kept = Path(environment.get("CADASTREFINDER_SESSIONS", "var/cadastrefinder.sqlite3"))
    secure = app.config["URL"].startswith("https://")
    app.session_interface = SqliteSessions(kept, cookie_name="cadastrefinder", secure=secure)
    app.extensions["orders"] = Orders(kept)
    app.extensions["provider"] = OAuth(app).register(
        "immo",
        client_id=environment.get("CADASTREFINDER_CLIENT_ID", "cadastrefinder"),
        client_secret=environment.get("CADASTREFINDER_CLIENT_SECRET", "cadastrefinder-demo-secret"),
        server_metadata_url=app.config["ISSUER"] + "/.well-known/openid-configuration",
        client_kwargs={"scope": SCOPE, "code_challenge_method": "S256", "default_timeout": 10},
    )
    app.extensions["wallet"] = Wallet(app.config["PORTAL_URL"] + "/api/wallet/v1", app.extensions["provider"])
    app.register_blueprint(pages)
    app.register_blueprint(searches.pages)
    language.install(app)
    return app


def provider() -> Any:
    """Return Authlib's client; it reads the discovery document once and keeps it."""
    return current_app.extensions["provider"]


@pages.get("/")
def home() -> str:
    """Show the search page, or the welcome to somebody who is not signed in."""
    return render_template("home.html")


@pages.get("/terms")
def terms() -> str:
    """Show the terms of use, which Immo-Connect links to before the first use."""
    return render_template("terms.html")


@pages.get("/sign-in")
def sign_in() -> AnyResponse:
    """Send the browser to Immo-Connect; `prompt=select_account` lets it choose another context.

    The portal names the organisation and the usage for which somebody wants to start.
    """
    named = {name: request.args[name] for name in ("organization", "usage") if name in request.args}
    # What is granted covers the wallet; each token is asked for at one place alone (RFC 8707 section 2).
    resource = current_app.extensions["wallet"].url
    wishes = {"ui_locales": language.language(), "resource": resource, **named}
    if request.args.get("prompt") in {"select_account", "login"}:
        wishes["prompt"] = request.args["prompt"]
    try:
        answer: AnyResponse = provider().authorize_redirect(current_app.config["URL"] + "/callback", **wishes)
    except RequestException:
        return problem("unavailable", 502)
    return answer


@pages.get("/callback")
def callback() -> AnyResponse:
    """Take the answer of Immo-Connect: check it, read the tokens, and begin a new session."""
    issuer = current_app.config["ISSUER"]
    if request.args.get("iss") != issuer:  # RFC 9207: an answer of somebody else
        return problem("mismatching_state", 400)
    expected = {"iss": {"value": issuer}, "aud": {"value": provider().client_id}}
    try:
        token = provider().authorize_access_token(claims_options=expected, resource=issuer + "/userinfo")
        person = provider().userinfo(token=token)
    except OAuthError as error:
        return problem(error.error, 403 if error.error == "access_denied" else 400)
    except RequestException:
        return problem("unavailable", 502)
    except (JoseError, ValueError, KeyError):
        return problem("invalid_token", 400)
    if person["sub"] != token["userinfo"]["sub"]:
        return problem("invalid_token", 400)
    cast(ServerSession, session).renew()
    session.update(
        claims=dict(token["userinfo"]),
        person=dict(person),
        id_token=token["id_token"],
        refresh_token=token["refresh_token"],
    )
    return redirect(url_for("pages.home"), 303)


@pages.get("/claims")
def claims() -> AnyResponse | str:
    """Show a developer, or a curious user, what Immo-Connect said."""
    if "claims" not in session:
        return redirect(url_for("pages.sign_in"))
    return render_template("claims.html")


@pages.get("/claims.json")
def claims_json() -> tuple[Response, int]:
    """Answer with the claims of the ID token, for programs."""
    if "claims" not in session:
        return jsonify(error="not_signed_in"), 401
    return jsonify(session["claims"]), 200


@pages.route("/sign-out", methods=["GET", "POST"])
def sign_out() -> AnyResponse:
    """End the session here and at Immo-Connect (OpenID Connect RP-Initiated Logout).

    The menu posts; a foreign page can neither post with our cookie, which is Lax, nor lead here.
    """
    if request.headers.get("Sec-Fetch-Site") == "cross-site":  # a foreign page signs nobody out
        return redirect(url_for("pages.home"))
    hint = session.get("id_token")
    cast(ServerSession, session).renew()
    if hint is None:
        return redirect(url_for("pages.home"))
    try:
        answer: AnyResponse = provider().logout_redirect(
            post_logout_redirect_uri=current_app.config["URL"] + "/signed-out",
            id_token_hint=hint,
            ui_locales=language.language(),
        )
    except RequestException:
        return problem("unavailable", 502)
    return answer


@pages.get("/signed-out")
def signed_out() -> tuple[str, int]:
    """Say so, when the browser comes back from a sign-out that was started here."""
    try:
        provider().validate_logout_response()
    except OAuthError:
        return render_template("home.html"), 200
    return render_template("home.html", just_signed_out=True), 200


@pages.post("/back-channel-logout")
def back_channel_logout() -> tuple[Response, int]:
    """End the sessions that Immo-Connect names (OpenID Connect Back-Channel Logout section 2.5)."""
    try:
        notice = logout_token.read(
            request.form.get("logout_token", ""), provider(), issuer=current_app.config["ISSUER"]
        )
    except (JoseError, ValueError, KeyError, RequestException):
        return jsonify(error="invalid_request"), 400
    if not sessions().spend(notice["jti"], until=notice["exp"] + logout_token.LEEWAY_SECONDS):
        return jsonify(error="invalid_request"), 400
    sessions().end(sid=notice.get("sid"), sub=notice.get("sub"))
    return jsonify(), 200


def sessions() -> SqliteSessions:
    """Return where the sessions of this tool lie."""
    kept = current_app.session_interface
    assert isinstance(kept, SqliteSessions)
    return kept


def problem(code: str, status: int) -> AnyResponse:
    """Show what went wrong in words, with a way on; a code that is none is not repeated."""
    shown = code if re.fullmatch("[a-z_]{1,50}", code) else "unknown"
    return Response(render_template("problem.html", code=shown, known=shown in EXPLAINED), status)


app = create_app()
