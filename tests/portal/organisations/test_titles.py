"""Every page of an organisation names it once in its title: two tabs of a browser are told apart by that."""

import pytest

from tests.portal.organisations.conftest import World

NAMED = ["", "/edit", "/notices", "/leave", "/employees", "/employees/add", "/tools", "/history", "/pictures/logo"]


@pytest.mark.parametrize("path", NAMED)
def test_a_page_of_an_organisation_names_it_once_in_its_title(world: World, path: str) -> None:
    page = world.of("anna").get(f"{world.url}{path}")

    title = page.one("title").text
    assert (title.count("Immo Test BV"), title.count(" - Immo-Connect")) == (1, 1)
    assert len(page.all("h1")) == 1
