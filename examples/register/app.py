"""The register as a web application: one address, one question, one answer.

Whoever asks sends no national number but a digest of it under the shared secret, and signs the
request with the same secret; the register knows its holders by the same digest.
"""

import csv
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from flask import Flask, Response, request

HOLDER = b"immo-connect register holder 1\n"
REQUEST = b"immo-connect register request 1\n"
# A question may have been under way for so long, in seconds; an older one is somebody's recording.
_FRESH = 300
_LONGEST_QUESTION = 1_024
_MEMBERS = ("number", "list", "column", "status", "valid_from", "valid_until")

Entry = Mapping[str, str]


def create_app(
    kind: str, holders: Iterable[Mapping[str, str]], secret: str, now: Callable[[], float] = time.time
) -> Flask:
    """Return the register of a kind; `holders` are rows of the file that docs/registers.md describes."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = _LONGEST_QUESTION
    key = secret.encode()
    entries: dict[str, list[Entry]] = {}
    for row in holders:
        entry = {name: row[name] for name in _MEMBERS if row.get(name)}
        entries.setdefault(_keyed(key, HOLDER + row["national_number"].encode()), []).append(entry)

    @app.post("/holders")
    def answer() -> Response:
        content = request.get_data()
        signature = request.headers.get("Immo-Signature", "")
        if not hmac.compare_digest(signature.encode(), _keyed(key, REQUEST + content).encode()):
            return Response(status=401)
        question = json.loads(content)
        if question["kind"] != kind or abs(now() - question["asked_at"]) > _FRESH:
            return Response(status=400)
        holder = question["holder"]
        said = {"kind": kind, "holder": holder, "entries": entries.get(holder, [])}
        return Response(json.dumps(said), content_type="application/json", headers={"Cache-Control": "no-store"})

    return app


def read_holders(path: Path) -> list[dict[str, str]]:
    """Return the rows of a file of holders."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _keyed(key: bytes, content: bytes) -> str:
    return hmac.digest(key, content, hashlib.sha256).hex()
