"""Somebody who uses tools through the provider, and a worker that does what is due: for what closes (T6)."""

from dataclasses import dataclass

from flask.testing import FlaskClient

from core.infra.outbox import drain
from idp import jobs
from idp.wiring import Services
from tests.core.infra.servers import Server
from tests.support.sign_in import Browser
from tests.support.tools import CALLBACK


@dataclass(frozen=True)
class ToolUser:
    """A person's browser at the provider, and the server of a tool that wants to hear of sign-outs."""

    services: Services
    username: str
    tool: Server
    client: FlaskClient

    def tokens(self, tool: tuple[str, str], registration_id: str) -> dict[str, str]:
        """Sign the person in at a tool under a context and return the tokens."""
        browser = Browser(self.client).authorize(tool[0])
        if browser.location is None and browser.page.has("#sign-in"):
            browser.sign_in(self.username)
        code = browser.start(registration_id).answer["code"]
        return self.ask(tool, grant_type="authorization_code", code=code, redirect_uri=CALLBACK)

    def ask(self, tool: tuple[str, str], **form: str) -> dict[str, str]:
        """Ask the token endpoint."""
        answer: dict[str, str] = self.client.post("/token", data=form, auth=tool).get_json()
        return answer

    def userinfo(self, access_token: str) -> int:
        """Return the status with which userinfo answers."""
        return self.client.get("/userinfo", headers={"Authorization": f"Bearer {access_token}"}).status_code

    def work(self) -> None:
        """Let the worker do all that is due."""
        handlers = jobs.handlers(self.services)
        while drain(self.services.database, handlers, now=self.services.clock.now()).handled:
            pass
