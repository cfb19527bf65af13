"""What the suite's browser does on our pages, in the suite's words and by our stable ids.

A script belongs to addresses that fit its `match`; its tasks are gone through in their order, each on
the page whose address fits. A command types, presses, or waits for an element; where it waits with
`update-image-placeholder`, the suite keeps the page for the person who reviews.
"""

from dataclasses import dataclass

Command = list[str | int]
Task = dict[str, object]
Script = dict[str, object]

USERNAME, PASSWORD = "demo.manager", "demo-Immo-2026"
_SECONDS = 10
_KEEP = "update-image-placeholder"


@dataclass(frozen=True, slots=True)
class Scripts:
    """The scripts for a provider with this issuer."""

    issuer: str

    def usual(self) -> list[Script]:
        """Return the scripts of most modules: sign in, allow, arrive; sign out, arrive."""
        return [self._authorization(self._sign_in(), self._allow(), _arrive()), self._end_session(_back_at_the_party())]

    def second_sign_in(self) -> list[Script]:
        """Return scripts that keep the page on which somebody must sign in again."""
        keep: Command = ["wait", "id", "login", _SECONDS, ".+", f"{_KEEP}-optional"]
        return [self._authorization(self._sign_in(keep), self._allow(), _arrive())]

    def refused(self) -> list[Script]:
        """Return scripts that expect a page with an error."""
        return [self._authorization(self._error())]

    def refused_or_back(self) -> list[Script]:
        """Return scripts for what may end on a page or at the party, both being right."""
        return [self._authorization(self._error(is_optional=True), _arrive(is_optional=True))]

    def rejected(self) -> list[Script]:
        """Return scripts of a person who does not want to sign in."""
        cancel = _task("Reject", f"{self.issuer}/interaction/*/login*", ["click", "id", "cancel"])
        return [self._authorization(cancel, _arrive())]

    def visited_twice(self) -> list[Script]:
        """Return scripts of a person who opens the address, leaves, opens it again and goes on."""
        keep: Command = ["wait", "id", "login", _SECONDS, ".+", f"{_KEEP}-optional"]
        first = self._authorization(_task("Look", f"{self.issuer}/interaction/*/login*", keep))
        return [{**first, "match-limit": 1}, *self.usual()]

    def usual_then_refused(self) -> list[Script]:
        """Return scripts of a person who goes through, and then opens the same address again."""
        return [{**self._signed_in()[0], "match-limit": 1}, *self.refused_or_back()]

    def sign_out_refused(self) -> list[Script]:
        """Return scripts that expect an error where somebody wants to sign out."""
        return [*self._signed_in(), self._end_session(self._error())]

    def sign_out_asked(self) -> list[Script]:
        """Return scripts that answer the question of signing out, where it is asked, and see that it is done."""
        asked = _task("Sign out", f"{self.issuer}/*", ["click", "id", "sign-out", "optional"])
        done = _task("Signed out", f"{self.issuer}/*", ["wait", "id", "signed-out", _SECONDS, ".+", _KEEP])
        return [*self._signed_in(), self._end_session(asked, done)]

    def _signed_in(self) -> list[Script]:
        return self.usual()[:1]

    def _authorization(self, *tasks: Task) -> Script:
        return {"match": f"{self.issuer}/authorize*", "tasks": list(tasks)}

    def _end_session(self, *tasks: Task) -> Script:
        return {"match": f"{self.issuer}/end_session*", "tasks": list(tasks)}

    def _sign_in(self, *before: Command) -> Task:
        return _task(
            "Sign in",
            f"{self.issuer}/interaction/*/login*",
            *before,
            ["text", "id", "username", USERNAME],
            ["text", "id", "password", PASSWORD],
            ["click", "id", "sign-in"],
            is_optional=True,
        )

    def _allow(self) -> Task:
        return _task("Allow", f"{self.issuer}/interaction/*/consent*", ["click", "id", "allow"], is_optional=True)

    def _error(self, *, is_optional: bool = False) -> Task:
        keep = f"{_KEEP}-optional" if is_optional else _KEEP
        wait: Command = ["wait", "id", "error", _SECONDS, ".+", keep]
        return _task("Read the error", f"{self.issuer}/*", wait, is_optional=is_optional)


# Which module needs other scripts than the usual ones: the name of a method of `Scripts`. FAPI modules
# are named without the prefix that differs from plan to plan.
SPECIAL = {
    "oidcc-prompt-login": "second_sign_in",
    "oidcc-max-age-1": "second_sign_in",
    "oidcc-ensure-registered-redirect-uri": "refused",
    "oidcc-response-type-missing": "refused_or_back",
    "oidcc-ensure-request-object-with-redirect-uri": "refused_or_back",
    "oidcc-rp-initiated-logout-bad-post-logout-redirect-uri": "sign_out_refused",
    "oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri": "sign_out_refused",
    "oidcc-rp-initiated-logout-bad-id-token-hint": "sign_out_refused",
    "oidcc-rp-initiated-logout-modified-id-token-hint": "sign_out_refused",
    "oidcc-rp-initiated-logout-no-id-token-hint": "sign_out_asked",
    "oidcc-rp-initiated-logout-no-params": "sign_out_asked",
    "oidcc-rp-initiated-logout-only-state": "sign_out_asked",
    "oidcc-rp-initiated-logout-no-post-logout-redirect-uri": "sign_out_asked",
    "user-rejects-authentication": "rejected",
    "ensure-unsigned-authorization-request-without-using-par-fails": "refused_or_back",
    "plain-fapi-tolerate-unregistered-redirect-uri": "refused_or_back",
    "ensure-response-type-code-idtoken-fails": "refused_or_back",
    "ensure-response-type-token-fails": "refused_or_back",
    "par-attempt-reuse-request_uri": "usual_then_refused",
    "par-attempt-to-use-expired-request_uri": "refused_or_back",
    "par-attempt-to-use-request_uri-for-different-client": "refused_or_back",
    "par-ensure-reused-request-uri-prior-to-auth-completion-succeeds": "visited_twice",
}


def special(issuer: str, module: str, prefix: str = "") -> list[Script] | None:
    """Return the scripts of a module that needs its own, or None where the usual ones do."""
    method = SPECIAL.get(module) or SPECIAL.get(module.removeprefix(prefix))
    return None if method is None else getattr(Scripts(issuer), method)()


def _arrive(*, is_optional: bool = False) -> Task:
    # The suite's own page; it is there once its script has sent the answer on.
    wait: Command = ["wait", "id", "submission_complete", _SECONDS]
    return _task("Arrive", "*/test/*/callback*", wait, is_optional=is_optional)


def _back_at_the_party() -> Task:
    return _task("Back at the party", "*/test/*/post_logout_redirect*")


def _task(name: str, match: str, *commands: Command, is_optional: bool = False) -> Task:
    task: Task = {"task": name, "match": match, "commands": list(commands)}
    return {**task, "optional": True} if is_optional else task
