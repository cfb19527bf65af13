"""The calls that the guide shows, made of the operations, so that they can be copied and run. Pure."""

import json
from typing import Any

from portal.api.openapi import example_of
from portal.api.operation import Operation

KEY = "search-4711-charge"
_SCOPE = "organization roles wallet wallet:charge"


def token_request(token_endpoint: str, resource: str) -> str:
    """Return the request for a token of the wallet, with curl."""
    return _curl(
        token_endpoint,
        '--user "$CLIENT_ID:$CLIENT_SECRET"',
        "--data grant_type=refresh_token",
        '--data-urlencode "refresh_token=$REFRESH_TOKEN"',
        f"--data-urlencode resource={resource}",
        f'--data-urlencode "scope={_SCOPE}"',
    )


def with_curl(operation: Operation, resource: str) -> str:
    """Return a call of an operation that changes something, with curl."""
    return _curl(
        resource + operation.path,
        '--header "Authorization: Bearer $ACCESS_TOKEN"',
        f'--header "Idempotency-Key: {KEY}"',
        f"--json '{json.dumps(example_of(operation.takes))}'",
    )


def with_python(operation: Operation, resource: str) -> str:
    """Return the same call in Python, with what to do where money is missing or no answer came."""
    sent = json.dumps(example_of(operation.takes), indent=4).replace("\n", "\n        ")
    return f"""import requests

def charge(access_token: str, key: str) -> dict | None:
    answer = requests.{operation.method.lower()}(
        "{resource}{operation.path}",
        headers={{"Authorization": f"Bearer {{access_token}}", "Idempotency-Key": key}},
        json={sent},
        timeout=10,
    )
    if answer.status_code == 402:
        print("Recharge first:", answer.json()["topup_url"])
        return None
    answer.raise_for_status()
    return answer.json()

# Where this raises because no answer came, call it again with the same key.
paid = charge(access_token, "{KEY}")"""


def answer(operation: Operation) -> str:
    """Return what an operation answers."""
    return json.dumps(example_of(operation.gives), indent=2, ensure_ascii=False)


def refusal(topup_url: str) -> str:
    """Return what a charge is answered where money is missing (RFC 9457)."""
    problem: dict[str, Any] = {
        "type": "urn:immo-connect:problem:insufficient-funds",
        "title": "Insufficient funds",
        "status": 402,
        "code": "insufficient-funds",
        "topup_url": topup_url,
    }
    return json.dumps(problem, indent=2, ensure_ascii=False)


def _curl(url: str, *options: str) -> str:
    return " \\\n    ".join((f"curl {url}", *options))
