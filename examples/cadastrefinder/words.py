"""What CadastreFinder says, in Dutch, French and English, in this order."""

USAGES = {
    "estate-agent": ("vastgoedmakelaar", "agent immobilier", "estate agent"),
    "surveyor": ("landmeter", "géomètre", "surveyor"),
}
ROLES = {
    "user": ("gebruiker", "utilisateur", "user"),
    "supervisor": ("toezichthouder", "superviseur", "supervisor"),
}
KINDS = {
    "be.biv": ("BIV", "IPI", "BIV/IPI"),
}
WORDS = {
    "name": ("KadasterFinder", "CadastreFinder", "CadastreFinder"),
    "tagline": ("Elk perceel, in één zoekbeurt", "Chaque parcelle, en une recherche", "Every parcel, in one search"),
    "to-content": ("Naar de inhoud", "Aller au contenu", "Skip to content"),
    "language": ("Taal", "Langue", "Language"),
    "sign-in": ("Aanmelden", "Connexion", "Sign in"),
    "sign-in-with": (
        "Aanmelden met Immo-Connect",
        "Se connecter avec Immo-Connect",
        "Sign in with Immo-Connect",
    ),
    "sign-out": ("Afmelden", "Déconnexion", "Sign out"),
    "change-context": ("Andere hoedanigheid kiezen", "Changer de qualité", "Change context"),
    "my-organisations": ("Mijn organisaties", "Mes organisations", "My organisations"),
    "what-we-received": ("Ontvangen gegevens", "Données reçues", "Data received"),
    "welcome": (
        "Kadastrale gegevens voor wie met vastgoed werkt",
        "Les données cadastrales pour les professionnels de l'immobilier",
        "Cadastral data for those who work with real estate",
    ),
    "welcome-text": (
        "Zoek een perceel op gemeente, straat of kadastraal nummer, en lees oppervlakte, aard en kadastraal inkomen.",
        "Cherchez par commune, rue ou numéro cadastral, et lisez la superficie, la nature et le revenu cadastral.",
        "Search a parcel by municipality, street or cadastral number, and read its area, nature and cadastral income.",
    ),
    "greeting": (
        "U werkt voor %(organisation)s als %(usage)s",
        "Vous travaillez pour %(organisation)s comme %(usage)s",
        "You work for %(organisation)s as %(usage)s",
    ),
    "greeting-alone": ("Dag %(person)s", "Bonjour %(person)s", "Hello %(person)s"),
    "role": ("Rol: %(role)s", "Rôle : %(role)s", "Role: %(role)s"),
    "accreditation": (
        "Erkenning %(kind)s %(number)s",
        "Agréation %(kind)s %(number)s",
        "Accreditation %(kind)s %(number)s",
    ),
    "accreditation-mandated": (
        "Erkenning %(kind)s %(number)s, onder de verantwoordelijkheid van %(holder)s",
        "Agréation %(kind)s %(number)s, sous la responsabilité de %(holder)s",
        "Accreditation %(kind)s %(number)s, under the responsibility of %(holder)s",
    ),
    "company-number": ("Ondernemingsnummer %(number)s", "Numéro d'entreprise %(number)s", "Company number %(number)s"),
    "search": ("Zoeken", "Chercher", "Search"),
    "search-for": ("Zoeken voor %(price)s", "Chercher pour %(price)s", "Search for %(price)s"),
    "price": (
        "Een zoekopdracht kost %(price)s, uit de wallet van %(organisation)s. Wie niets vindt, betaalt niets.",
        "Une recherche coûte %(price)s, payés par le wallet de %(organisation)s. Sans résultat, elle est gratuite.",
        "A search costs %(price)s, paid from the wallet of %(organisation)s. One that finds nothing is free.",
    ),
    "paid": (
        "%(price)s betaald uit de wallet van %(organisation)s.",
        "%(price)s payés par le wallet de %(organisation)s.",
        "%(price)s paid from the wallet of %(organisation)s.",
    ),
    "to-wallet": ("Naar de wallet", "Vers le wallet", "To the wallet"),
    "recharge": ("Wallet opladen", "Recharger le wallet", "Recharge the wallet"),
    "try-again": ("Opnieuw proberen", "Réessayer", "Try again"),
    "insufficient-funds": (
        "Er staat niet genoeg op de wallet",
        "Le solde du wallet est insuffisant",
        "There is not enough on the wallet",
    ),
    "insufficient-funds-text": (
        "De zoekopdracht kost %(price)s; er werd niets betaald. Laad de wallet van %(organisation)s op.",
        "La recherche coûte %(price)s ; rien n'a été payé. Rechargez le wallet de %(organisation)s.",
        "The search costs %(price)s; nothing was paid. Recharge the wallet of %(organisation)s.",
    ),
    "wallet-frozen": ("De wallet is geblokkeerd", "Le wallet est bloqué", "The wallet is blocked"),
    "wallet-frozen-text": (
        "Een betaling aan de wallet van %(organisation)s werd teruggenomen. Vul het saldo aan, dan werkt hij weer.",
        "Un paiement au wallet de %(organisation)s a été repris. Il fonctionnera dès que le solde sera rétabli.",
        "A payment to the wallet of %(organisation)s was taken back. It works again as soon as that is made up.",
    ),
    "limit-reached": ("De limiet is bereikt", "La limite est atteinte", "The limit is reached"),
    "limit-reached-text": (
        "Een beheerder van %(organisation)s bepaalt hoeveel u mag besteden, en dit is meer. Er werd niets betaald.",
        "Un gestionnaire de %(organisation)s fixe ce que vous pouvez dépenser, et ceci le dépasse. Rien n'a été payé.",
        "A manager of %(organisation)s decides how much you may spend, and this is more. Nothing was paid.",
    ),
    "may-not-pay": (
        "U mag niet betalen uit deze wallet",
        "Vous ne pouvez pas payer avec ce wallet",
        "You may not pay from this wallet",
    ),
    "may-not-pay-text": (
        "Dat besliste een beheerder van %(organisation)s. Er werd niets betaald.",
        "Un gestionnaire de %(organisation)s en a décidé ainsi. Rien n'a été payé.",
        "A manager of %(organisation)s decided so. Nothing was paid.",
    ),
    "unanswered": ("De wallet antwoordt niet", "Le wallet ne répond pas", "The wallet does not answer"),
    "unanswered-text": (
        "Misschien is er betaald. Probeer gerust opnieuw: u betaalt deze zoekopdracht maar één keer.",
        "Le paiement a peut-être eu lieu. Réessayez sans crainte : cette recherche n'est payée qu'une fois.",
        "It may have been paid. You can safely try again: this search is paid only once.",
    ),
    "not-paid": ("De zoekopdracht werd niet betaald", "La recherche n'a pas été payée", "The search was not paid"),
    "not-paid-text": (
        "Kies uw organisatie opnieuw en zoek nog eens. Lukt dat niet, geef de helpdesk deze code: %(code)s.",
        "Choisissez à nouveau votre organisation et cherchez encore. Sinon, donnez ce code au support : %(code)s.",
        "Choose your organisation again and search once more. If that fails, give the helpdesk this code: %(code)s.",
    ),
    "search-label": (
        "Gemeente, straat of kadastraal nummer",
        "Commune, rue ou numéro cadastral",
        "Municipality, street or cadastral number",
    ),
    "search-hint": (
        "Bijvoorbeeld: Gent, Kerkstraat of 44021A0118",
        "Par exemple : Namur, rue de la Gare ou 92094C0210",
        "For example: Gent, Kerkstraat or 44021A0118",
    ),
    "results": ("%(count)s percelen gevonden", "%(count)s parcelles trouvées", "%(count)s parcels found"),
    "one-result": ("1 perceel gevonden", "1 parcelle trouvée", "1 parcel found"),
    "no-results": (
        "Geen perceel past hierbij, en er werd niets betaald. Probeer een gemeente of een deel van het nummer.",
        "Aucune parcelle ne correspond, et rien n'a été payé. Essayez une commune ou une partie du numéro.",
        "No parcel matches, and nothing was paid. Try a municipality or a part of the number.",
    ),
    "parcel": ("Perceel", "Parcelle", "Parcel"),
    "place": ("Ligging", "Situation", "Location"),
    "nature": ("Aard", "Nature", "Nature"),
    "area": ("Oppervlakte", "Superficie", "Area"),
    "income": ("Kadastraal inkomen", "Revenu cadastral", "Cadastral income"),
    "invented": (
        "Voorbeeldtoepassing: alle percelen zijn verzonnen.",
        "Application d'exemple : toutes les parcelles sont inventées.",
        "Example tool: all parcels are invented.",
    ),
    "signed-out": ("U bent afgemeld.", "Vous êtes déconnecté.", "You are signed out."),
    "received-title": ("Wat %(name)s ontving", "Ce que %(name)s a reçu", "What %(name)s received"),
    "received-text": (
        "Immo-Connect gaf deze gegevens bij uw aanmelding, en niets meer.",
        "Immo-Connect a transmis ces données à votre connexion, et rien d'autre.",
        "Immo-Connect gave this data when you signed in, and nothing else.",
    ),
    "from-id-token": ("Uit het ID-token", "Du jeton d'identité", "From the ID token"),
    "from-userinfo": ("Van het userinfo-adres", "De l'adresse userinfo", "From the userinfo endpoint"),
    "claim": ("Claim", "Claim", "Claim"),
    "value": ("Waarde", "Valeur", "Value"),
    "again": ("Opnieuw aanmelden", "Se reconnecter", "Sign in again"),
    "to-start": ("Naar de startpagina", "Vers la page d'accueil", "To the start page"),
    "access_denied": ("U hebt de aanmelding gestopt", "Vous avez interrompu la connexion", "You stopped the sign-in"),
    "access_denied-text": (
        "Immo-Connect gaf ons niets door. U kunt opnieuw beginnen wanneer u wilt.",
        "Immo-Connect ne nous a rien transmis. Vous pouvez recommencer quand vous voulez.",
        "Immo-Connect passed nothing on to us. You can start again whenever you want.",
    ),
    "mismatching_state": (
        "Deze aanmelding is niet meer geldig",
        "Cette connexion n'est plus valable",
        "This sign-in is no longer valid",
    ),
    "mismatching_state-text": (
        "Ze begon in een ander venster, of te lang geleden. Begin opnieuw.",
        "Elle a commencé dans une autre fenêtre, ou il y a trop longtemps. Recommencez.",
        "It began in another window, or too long ago. Start again.",
    ),
    "unavailable": (
        "Immo-Connect antwoordt niet",
        "Immo-Connect ne répond pas",
        "Immo-Connect does not answer",
    ),
    "unavailable-text": (
        "Probeer het over enkele minuten opnieuw.",
        "Réessayez dans quelques minutes.",
        "Try again in a few minutes.",
    ),
    "failed": ("Aanmelden is niet gelukt", "La connexion n'a pas abouti", "The sign-in did not succeed"),
    "failed-text": (
        "Begin opnieuw. Lukt het dan nog niet, geef de helpdesk deze code: %(code)s.",
        "Recommencez. Si cela ne réussit toujours pas, donnez ce code au support : %(code)s.",
        "Start again. If it fails once more, give the helpdesk this code: %(code)s.",
    ),
    "terms": ("Gebruiksvoorwaarden, versie v1", "Conditions d'utilisation, version v1", "Terms of use, version v1"),
    "terms-for-whom": (
        "U gebruikt %(name)s voor de organisatie die u bij het aanmelden kiest, en alleen voor haar dossiers.",
        "Vous utilisez %(name)s pour l'organisation que vous choisissez à la connexion, et pour ses seuls dossiers.",
        "You use %(name)s for the organisation that you choose when you sign in, and for its files alone.",
    ),
    "terms-price": (
        "Een zoekopdracht die iets vindt, kost %(price)s, btw inbegrepen. De wallet van uw organisatie betaalt.",
        "Une recherche qui trouve quelque chose coûte %(price)s, TVA comprise. Le wallet de votre organisation paie.",
        "A search that finds something costs %(price)s, VAT included. The wallet of your organisation pays.",
    ),
    "terms-record": (
        "Uw opzoekingen worden bewaard met uw naam, uw organisatie en het tijdstip.",
        "Vos recherches sont conservées avec votre nom, votre organisation et l'heure.",
        "Your searches are kept with your name, your organisation and the time.",
    ),
}
