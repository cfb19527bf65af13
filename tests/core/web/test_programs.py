"""The door for programs: which answers come from it, and what each of them says."""

import re
from io import BytesIO
from typing import Any

import pytest
from werkzeug.test import Client, EnvironBuilder

from core.infra import log
from core.web.programs import Answer, Endpoint, ProgramRequest, Programs
from tests.support.programs import nobody

GROUND = {"name": "ground"}


def _echo(ground: dict[str, str], request: ProgramRequest) -> Answer:
    return Answer(f"{ground['name']} {request.method}".encode(), headers={"Cache-Control": "public"})


def _name(_ground: dict[str, str], request: ProgramRequest) -> Answer:
    return Answer(request.path_name.encode(), 201)


def _names(_ground: dict[str, str], request: ProgramRequest) -> Answer:
    return Answer(" ".join(request.names("/things/*/parts/*/turn")).encode())


def _nothing(_ground: dict[str, str], _request: ProgramRequest) -> Answer:
    return Answer(status=204)


def _unchanged(_ground: dict[str, str], _request: ProgramRequest) -> Answer:
    return Answer(status=304, headers={"ETag": "x"})


def _fails(_ground: dict[str, str], _request: ProgramRequest) -> Answer:
    raise RuntimeError("broken")


def _leaves(_ground: dict[str, str], request: ProgramRequest) -> Answer | None:
    if "broken" in request.args:
        raise RuntimeError("broken")
    return None if "page" in request.args else Answer(b"at the door")


def _log_name(_ground: dict[str, str], _request: ProgramRequest) -> Answer:
    return Answer(f"{log.request_name()} {log.request_name()}".encode())


def _reads(_ground: dict[str, str], request: ProgramRequest) -> Answer:
    return Answer(request.body())


@pytest.fixture
def programs() -> Client:
    endpoints = [
        Endpoint("/echo", {"GET": _echo, "POST": _echo}, headers={"X-Always": "1"}, preflight={"X-Before": "1"}),
        Endpoint("/things", {"POST": _echo}),
        Endpoint("/things/*", {"GET": _name}),
        Endpoint("/things/*/parts/*/turn", {"POST": _names}),
        Endpoint("/nothing", {"DELETE": _nothing}),
        Endpoint("/unchanged", {"GET": _unchanged}),
        Endpoint("/fails", {"GET": _fails}),
        Endpoint("/before-a-page", {"GET": _leaves}, is_before_pages=True),
        Endpoint("/log-name", {"GET": _log_name}),
        Endpoint("/reads", {"POST": _reads}),
    ]
    application = Programs(
        nobody,
        endpoints,
        ground=GROUND,
        headers={"Cache-Control": "no-store", "X-Frame-Options": "DENY"},
        refuse=lambda error: Answer(type(error).__name__.encode(), 400),
        wrong_method=lambda: Answer(b"wrong method", 405),
    )
    return Client(application)


def test_an_endpoint_is_answered_with_the_headers_of_all_and_its_own(programs: Client) -> None:
    response = programs.post("/echo")

    assert (response.status, response.text) == ("200 OK", "ground POST")
    assert response.headers["Content-Length"] == "11"
    assert (response.headers["X-Frame-Options"], response.headers["X-Always"]) == ("DENY", "1")
    assert response.headers.getlist("Cache-Control") == ["public"]


@pytest.mark.parametrize("path", ["/", "/echo/", "/echo/more", "/Echo", "/things/", "/things/a/b", "/page"])
def test_everything_else_goes_on_to_the_pages(path: str, programs: Client) -> None:
    response = programs.get(path)

    assert (response.text, response.headers["X-Path"]) == ("pages", path)


def test_head_is_get_without_its_body(programs: Client) -> None:
    """RFC 9110 section 9.3.2."""
    response = programs.head("/echo")

    assert (response.status_code, response.data, response.headers["Content-Length"]) == (200, b"", "11")


def test_options_tells_the_methods(programs: Client) -> None:
    response = programs.options("/echo")

    assert (response.status_code, response.data) == (200, b"")
    assert response.headers["Allow"] == "GET, HEAD, OPTIONS, POST"
    assert response.headers["X-Before"] == "1"
    assert "X-Before" not in programs.get("/echo").headers


def test_a_method_that_is_not_taken_is_refused_and_told_the_others(programs: Client) -> None:
    """RFC 9110 section 15.5.6."""
    response = programs.open("/things", method="get")

    assert (response.status_code, response.text) == (405, "wrong method")
    assert response.headers["Allow"] == "OPTIONS, POST"
    assert response.headers["X-Frame-Options"] == "DENY"


def test_the_last_segment_may_be_any_name(programs: Client) -> None:
    response = programs.get("/things/caf%C3%A9")

    assert (response.status_code, response.text) == (201, "café")


def test_an_answer_without_a_body_says_no_length(programs: Client) -> None:
    """RFC 9110 section 8.6."""
    for response in (programs.delete("/nothing"), programs.get("/unchanged")):
        assert response.data == b""
        assert "Content-Length" not in response.headers


def test_whatever_a_view_raises_is_refused_in_one_place(programs: Client) -> None:
    response = programs.get("/fails")

    assert (response.status_code, response.text) == (400, "RuntimeError")
    assert response.headers["X-Frame-Options"] == "DENY"


def test_a_request_has_a_name_in_the_log_as_long_as_it_lasts(programs: Client) -> None:
    first, second = programs.get("/log-name").text, programs.get("/log-name").text

    assert re.fullmatch(r"(req_[0-9a-z]{26}) \1", first)
    assert first != second
    assert log.request_name() is None


def test_a_body_has_a_limit(programs: Client) -> None:
    assert programs.post("/reads", data=b"x" * 64 * 1024).status_code == 200
    assert programs.post("/reads", data=b"x" * (64 * 1024 + 1)).text == "RequestEntityTooLarge"


def test_a_body_of_untold_length_is_read_to_its_end(programs: Client) -> None:
    def in_parts(sent: bytes) -> dict[str, Any]:
        return {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True, "wsgi.input": BytesIO(sent)}

    assert programs.post("/reads", environ_overrides=in_parts(b"in parts")).data == b"in parts"
    assert programs.post("/reads", environ_overrides=in_parts(b"x" * (64 * 1024 + 1))).text == "RequestEntityTooLarge"


def test_a_body_that_ends_early_is_not_taken_for_a_whole_one(programs: Client) -> None:
    response = programs.post("/reads", data=b"half", environ_overrides={"CONTENT_LENGTH": "8"})

    assert (response.status_code, response.text) == (400, "ClientDisconnected")


def test_a_request_is_read_without_regard_to_case_and_parameters_of_its_type() -> None:
    built = EnvironBuilder(
        "/things/a?name=caf%C3%A9&empty=", method="post", content_type="Application/JSON; charset=utf-8",
        headers=[("If-None-Match", "x")],
    )  # fmt: skip
    request = ProgramRequest(built.get_environ())

    assert (request.method, request.mimetype, request.path_name) == ("POST", "application/json", "a")
    assert request.args == {"name": "café", "empty": ""}
    assert (request.header("if-none-match"), request.header("If-Match")) == ("x", None)
    assert ProgramRequest(EnvironBuilder().get_environ()).mimetype == ""


def test_before_a_page_the_door_answers_what_it_can_and_leaves_the_rest_to_the_page(programs: Client) -> None:
    path = "/before-a-page"
    answered = programs.get(path)
    left = [programs.get(f"{path}?page"), programs.get(f"{path}?broken"), programs.post(path), programs.options(path)]

    assert (answered.text, answered.headers["X-Frame-Options"]) == ("at the door", "DENY")
    assert [response.text for response in left] == ["pages"] * 4


def test_names_within_a_path_are_handed_to_the_view(programs: Client) -> None:
    assert programs.post("/things/a%20b/parts/%C3%A9/turn").get_data(as_text=True) == "a b é"
    assert programs.get("/things/a/parts/b/turn").status_code == 405
    for path in ("/things/a/parts/b/turned", "/things//parts/b/turn", "/things/a/parts/b/turn/", "/a/parts/b/turn"):
        assert programs.post(path).get_data(as_text=True) == programs.post("/no-such-path").get_data(as_text=True)
