"""What the agent says to its user, in three languages; the site's own pages have theirs."""

# ruff: noqa: RUF001 - the apostrophe is the right one in French
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """The sentences of one language; `%(name)s` stands for what differs."""

    title: str
    sign_in: str
    read: str
    sign_in_and_read: str
    identity: str
    address: str
    photo: str
    conjunction: str
    check: str
    pin: str
    pin_format: str
    wrong: str
    tries: str
    last_try: str
    on_pad: str
    code: str
    code_unasked: str
    allow: str
    cancel: str
    close: str
    allow_or_not: str
    yes: tuple[str, ...]


WORDS = {
    "en": Words(
        title="Identity card",
        sign_in="%(origin)s asks you to sign in with your identity card.",
        read="%(origin)s asks to read from your identity card: %(what)s.",
        sign_in_and_read="%(origin)s asks you to sign in with your identity card, and to read from it: %(what)s.",
        identity=(
            "your identity (names, national register number, birth, sex, nationality, number and dates of the card)"
        ),
        address="your address",
        photo="your photo",
        conjunction="and",
        check="Go on only if this is the site that you see in the address bar of your browser.",
        pin="PIN of your card",
        pin_format="A PIN has 4 to 12 digits.",
        wrong="That PIN was not right.",
        tries="Tries left: %(tries)s.",
        last_try=(
            "This is the last try: one more wrong PIN blocks the card, and only your municipality can unblock it. "
            "Cancel if you are not sure."
        ),
        on_pad="Enter your PIN on the card reader.",
        code="%(origin)s wants to be connected with this program. Type this code on its page:",
        code_unasked="If you did not ask for this, close this and type the code nowhere.",
        allow="Allow",
        cancel="Cancel",
        close="Close",
        allow_or_not="Allow it? Type yes, or press Enter to refuse:",
        yes=("y", "yes"),
    ),
    "nl": Words(
        title="Identiteitskaart",
        sign_in="%(origin)s vraagt u om u aan te melden met uw identiteitskaart.",
        read="%(origin)s vraagt om van uw identiteitskaart te lezen: %(what)s.",
        sign_in_and_read=(
            "%(origin)s vraagt u om u aan te melden met uw identiteitskaart en om ervan te lezen: %(what)s."
        ),
        identity=(
            "uw identiteit (namen, rijksregisternummer, geboorte, geslacht, nationaliteit, nummer en data van de kaart)"
        ),
        address="uw adres",
        photo="uw foto",
        conjunction="en",
        check="Ga alleen door als dit de site is die u in de adresbalk van uw browser ziet.",
        pin="Pincode van uw kaart",
        pin_format="Een pincode heeft 4 tot 12 cijfers.",
        wrong="Die pincode was niet juist.",
        tries="Resterende pogingen: %(tries)s.",
        last_try=(
            "Dit is de laatste poging: nog een foute pincode blokkeert de kaart, en alleen uw gemeente kan ze "
            "deblokkeren. Annuleer als u niet zeker bent."
        ),
        on_pad="Geef uw pincode in op de kaartlezer.",
        code="%(origin)s wil met dit programma verbonden worden. Typ deze code op de pagina:",
        code_unasked="Hebt u dit niet gevraagd, sluit dit dan en typ de code nergens.",
        allow="Toestaan",
        cancel="Annuleren",
        close="Sluiten",
        allow_or_not="Toestaan? Typ ja, of druk op Enter om te weigeren:",
        yes=("j", "ja"),
    ),
    "fr": Words(
        title="Carte d’identité",
        sign_in="%(origin)s vous demande de vous connecter avec votre carte d’identité.",
        read="%(origin)s demande à lire sur votre carte d’identité : %(what)s.",
        sign_in_and_read=(
            "%(origin)s vous demande de vous connecter avec votre carte d’identité, et demande à y lire : %(what)s."
        ),
        identity=(
            "votre identité (noms, numéro de registre national, naissance, sexe, nationalité, "
            "numéro et dates de la carte)"
        ),
        address="votre adresse",
        photo="votre photo",
        conjunction="et",
        check="Ne continuez que si c’est le site que vous voyez dans la barre d’adresse de votre navigateur.",
        pin="Code PIN de votre carte",
        pin_format="Un code PIN compte 4 à 12 chiffres.",
        wrong="Ce code PIN n’était pas correct.",
        tries="Essais restants : %(tries)s.",
        last_try=(
            "C’est le dernier essai : un code PIN erroné de plus bloque la carte, et seule votre commune peut la "
            "débloquer. Annulez si vous n’êtes pas sûr."
        ),
        on_pad="Introduisez votre code PIN sur le lecteur de cartes.",
        code="%(origin)s veut être relié à ce programme. Tapez ce code sur sa page :",
        code_unasked="Si vous n’avez rien demandé, fermez ceci et ne tapez ce code nulle part.",
        allow="Autoriser",
        cancel="Annuler",
        close="Fermer",
        allow_or_not="Autoriser ? Tapez oui, ou appuyez sur Entrée pour refuser :",
        yes=("o", "oui"),
    ),
}
