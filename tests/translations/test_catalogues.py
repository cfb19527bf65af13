"""Dutch and French are complete: nothing missing, unsure, left over, or with a broken placeholder."""

import re
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Catalog, Message

from core.infra.catalogues import translations
from development.catalogues import ROOT, TARGETS, extract, problems, read

# What is the same word in English and the other language; everything else must have been translated.
_IN_BOTH = {
    *("claim", "claims", "description", "scope", "scopes", "status", "id token", "access token", "userinfo", "start"),
    *("immo-connect", "contact", "type", "%(accreditation)s (%(places)s)", "logo", "wallet", "helpdesk", "code"),
    *("content security policy", "discovery document", "openid connect", "introspection", "token exchange"),
    *("fapi 2.0 message signing", "fapi 2.0 security profile", "%(milliseconds)s ms"),
    *("csv", "pdf"),
}
SAME = {
    "nl": {
        *_IN_BOTH,
        *("browser", "help", "mails", "man", "privacy", "tool", "tools", "website"),
        *("passkey", "passkeys", "%(num)s passkey", "%(num)s passkeys"),
        *("account", "details", "mail", "open", "operator", "%(num)s filter", "%(num)s filters"),
        *("in %(num)s tool.", "in %(num)s tools.", "%(kind)s %(number)s, %(list)s: %(status)s.", "%(usage)s: %(role)s"),
        *("bank", "bank (bic)"),
    },
    "fr": {
        *_IN_BOTH,
        "action",
        "cause",
        "format",
        "invitation",
        "organisation",
        "organisations",
        "source",
        *("correction", "date", "total", "transaction", "transactions"),
        *("maintenance", "pages", "version", "version %(number)s", "version %(version)s", "%(minutes)s minutes"),
    },
}
# What a macro writes into a tag: an attribute and no word.
_ATTRIBUTE = re.compile(r'[a-z-]+="|autofocus')


@pytest.fixture(scope="module")
def found() -> Catalog:
    return extract()


def texts(catalogue: Catalog) -> Iterator[tuple[str, str]]:
    for message in catalogue:
        if message.id:
            originals = [message.id] if isinstance(message.id, str) else message.id
            translated = [message.string] if isinstance(message.string, str) else message.string or ()
            yield from zip(originals, translated, strict=True)


@pytest.mark.parametrize("language", TARGETS)
def test_every_string_of_the_code_is_translated(found: Catalog, language: str) -> None:
    assert list(problems(found, read(language))) == []


@pytest.mark.parametrize("language", TARGETS)
def test_no_string_is_left_in_english(language: str) -> None:
    untouched = {original for original, translated in texts(read(language)) if original == translated}

    assert {text for text in untouched if text.lower() not in SAME[language]} == set()


@pytest.mark.parametrize("language", TARGETS)
def test_a_translation_ends_as_its_original_does(language: str) -> None:
    """A sentence stays a sentence, a label a label, a greeting a greeting."""
    endings = [(original, translated) for original, translated in texts(read(language)) if translated]

    assert [pair for pair in endings if (pair[0][-1] in ".?:,") != (pair[1][-1] in ".?:,")] == []


def test_french_has_no_break_space_before_high_punctuation() -> None:
    wrong = re.compile(r"(?<![\u00a0/])[?!;»](?!\w)|(?<=\w):(?!//)(?=\s|$)|«(?!\u00a0)")

    assert [translated for _, translated in texts(read("fr")) if wrong.search(translated)] == []


def test_strings_are_found_in_pages_code_and_marked_constants(found: Catalog) -> None:
    assert found.get("Skip to the content") is not None, "a template of the brand"
    assert found.get("Sign out everywhere?") is not None, "a template of the provider"
    assert found.get("Your eID is not linked to your account.") is not None, "a constant marked with N_"


@pytest.mark.parametrize("folder", ["core", "idp", "portal", "consent_templates"])
def test_no_template_says_anything_that_is_not_marked(folder: str) -> None:
    """Visible words in a template stand inside an expression; only our own name does not."""
    said = {
        f"{path.name}: {text}"
        for path in (ROOT / folder).glob("**/*.html")
        if "mail_templates" not in path.parts
        for text in visible_text(path.read_text("utf-8"))
    }

    assert said == set()


def visible_text(template: str) -> Iterator[str]:
    class_names = r"\{% block (?:frame|card_width) %\}.*?\{% endblock %\}"
    for pattern in (class_names, r"\{#.*?#\}", r"<script.*?</script>", r"\{%.*?%\}", r"\{\{.*?\}\}", r"<[^>]*>"):
        template = re.sub(pattern, "\n", template, flags=re.DOTALL)
    for line in template.splitlines():
        if _ATTRIBUTE.fullmatch(line.strip()):
            continue
        if re.search(r"[A-Za-z]{2}", line) and line.strip(" -") != "Immo-Connect":
            yield line.strip()


def catalogue_of(*messages: Message) -> Catalog:
    catalogue = Catalog(locale="nl")
    for message in messages:
        catalogue[message.id] = message
    return catalogue


CODE = catalogue_of(Message("Sign in"), Message("Role: %(role)s"))


@pytest.mark.parametrize(
    ("message", "problem"),
    [
        (None, "missing: Sign in"),
        (Message("Sign in", ""), "not translated: Sign in"),
        (Message("Sign in", "Aanmelden", flags=["fuzzy"]), "unsure: Sign in"),
    ],
)
def test_the_check_finds_what_is_missing_or_unsure(message: Message | None, problem: str) -> None:
    whole = Message("Role: %(role)s", "Rol: %(role)s")

    catalogue = catalogue_of(whole, *([message] if message else []))

    assert list(problems(CODE, catalogue)) == [problem]


def test_the_check_finds_a_broken_placeholder_and_what_the_code_no_longer_says() -> None:
    catalogue = catalogue_of(
        Message("Sign in", "Aanmelden"), Message("Role: %(role)s", "Rol: %(rol)s"), Message("Gone", "Weg")
    )

    assert sorted(problems(CODE, catalogue)) == [
        "not in the code: Gone",
        "other placeholders: Role: %(role)s → Rol: %(rol)s",
    ]


def test_a_language_we_do_not_have_gives_the_source_back() -> None:
    assert translations("de").ugettext("Sign in") == "Sign in"
    assert translations("en").ugettext("Sign in") == "Sign in"


def test_the_plural_follows_the_number() -> None:
    singular, plural = (
        "There were too many attempts. Try again in %(num)s minute.",
        "There were too many attempts. Try again in %(num)s minutes.",
    )

    assert "minuut" in translations("nl").ungettext(singular, plural, 1)
    assert "minuten" in translations("nl").ungettext(singular, plural, 2)
