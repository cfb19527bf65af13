import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.people.assurance import Acr
from core.tools.errors import InvalidRequirement
from core.tools.requirements import (
    NOTHING,
    AccreditationNeeded,
    AnyOf,
    MandateNeeded,
    Requirement,
    parse,
    to_text,
)
from tests.support import situations

OF_THE_SPECIFICATION = (
    '{"register": {"any": [{"accreditation": "be.biv", "list": ["tableau"]}]}, '
    '"use": {"any": [{"accreditation": "be.biv"}, {"mandate": true}]}, "eid": false, '
    '"min_acr": {"usage": null, "roles": {"supervisor": "urn:immo-connect:acr:mfa"}}, "terms": "v3"}'
)


def test_the_form_of_the_specification_is_read() -> None:
    assert parse(OF_THE_SPECIFICATION) == Requirement(
        register=AnyOf((AccreditationNeeded("be.biv", lists=("tableau",)),)),
        use=AnyOf((AccreditationNeeded("be.biv"), MandateNeeded())),
        role_min_acr=(("supervisor", Acr.MFA),),
        terms="v3",
    )


@given(situations.requirements)
def test_what_is_written_is_read_back(requirement: Requirement) -> None:
    assert parse(to_text(requirement)) == requirement


def test_what_is_left_out_is_not_needed() -> None:
    assert parse("{}") == Requirement(NOTHING, NOTHING, eid=False, usage_min_acr=None, role_min_acr=(), terms=None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{",
        '{"uses": {}}',
        '{"use": {}}',
        '{"use": []}',
        '{"use": {"any": []}}',
        '{"use": {"any": {}}}',
        '{"use": {"any": [null]}}',
        '{"use": {"any": [{"mandate": true}], "all": []}}',
        '{"use": {"mandate": false}}',
        '{"use": {"mandate": 1}}',
        '{"use": {"mandate": true, "accreditation": "be.biv"}}',
        '{"use": {"accreditation": ""}}',
        '{"use": {"accreditation": null}}',
        '{"use": {"accreditation": ["be.biv"]}}',
        '{"use": {"accreditation": "be.biv", "lists": ["tableau"]}}',
        '{"use": {"accreditation": "be.biv", "list": []}}',
        '{"use": {"accreditation": "be.biv", "list": "tableau"}}',
        '{"use": {"accreditation": "be.biv", "column": [1]}}',
        '{"use": {"list": ["tableau"]}}',
        '{"register": {"mandate": true}}',
        '{"register": {"all": [{"any": [{"mandate": true}]}]}}',
        '{"eid": "yes"}',
        '{"eid": 1}',
        '{"terms": 3}',
        '{"min_acr": "urn:immo-connect:acr:mfa"}',
        '{"min_acr": {"usage": "mfa"}}',
        '{"min_acr": {"roles": ["supervisor"]}}',
        '{"min_acr": {"roles": {"supervisor": null}}}',
        '{"min_acr": {"role": {}}}',
    ],
)
def test_what_is_misspelt_is_refused_and_not_ignored(text: str) -> None:
    """A condition that is silently dropped would open what it was meant to close."""
    with pytest.raises(InvalidRequirement):
        parse(text)


@pytest.mark.parametrize("depth", [9, 5_000, 200_000])
def test_nesting_has_an_end(depth: int) -> None:
    text = '{"use": ' + '{"all": [' * depth + "]}" * depth + "}"
    with pytest.raises(InvalidRequirement):
        parse(text)


@given(st.recursive(st.none() | st.booleans() | st.text(), lambda c: st.lists(c) | st.dictionaries(st.text(), c)))
def test_any_json_is_a_requirement_or_refused(value: object) -> None:
    with contextlib.suppress(InvalidRequirement):
        parse(json.dumps({"use": value}))


def test_the_higher_of_two_levels_counts() -> None:
    both = Requirement(usage_min_acr=Acr.SUBSTANTIAL, role_min_acr=(("supervisor", Acr.MFA), ("admin", Acr.HIGH)))

    assert both.min_acr("supervisor") is Acr.SUBSTANTIAL
    assert both.min_acr("admin") is Acr.HIGH
    assert both.min_acr(None) is Acr.SUBSTANTIAL
    assert Requirement().min_acr("user") is None
