"""The frequent questions about the identity card and what comes of it."""

from core.infra.messages import N_
from idp.help.topic import Question, Topic

IDENTITY_CARD = Topic(
    "identity-card",
    N_("Identity card and accreditations"),
    (
        Question(
            "why-link",
            N_("Why should I link my identity card?"),
            (
                N_(
                    "So that your accreditations are found in the registers, and because some tools can be used only "
                    "by somebody whose card is linked. From then on the card alone opens your account."
                ),
                N_("What comes from the card is locked in your account: only the card changes it."),
            ),
        ),
        Question(
            "how-to-link",
            N_("How do I link my identity card?"),
            (
                N_(
                    "Open “My profile” under your name at the top right, then the tab “Signing in”, and choose "
                    "“Link” at “Identity card”. The page leads you through four steps: program, reader, card and PIN."
                ),
                N_("Before anything is kept, you see what was read and can still stop."),
            ),
        ),
        Question(
            "card-needs",
            N_("What do I need to use my card?"),
            (
                N_(
                    "A card reader, the PIN of your card, the government's free eID software, and a small program: "
                    "Web eID or our card agent. “Help with the card”, on the page that reads the card, tells how."
                ),
            ),
        ),
        Question(
            "no-reader",
            N_("I have no card reader, or only a telephone."),
            (
                N_(
                    "Sign in with your passkey or your password. A reader is needed only to link your card, once, and "
                    "for tools that demand the card; that can be done on another computer, such as a colleague's."
                ),
            ),
        ),
        Question(
            "card-renewed",
            N_("I have a new identity card. Do I have to link it?"),
            (
                N_(
                    "No, you are recognised with it. Read it once on the page of your identity card if your name or "
                    "something else on it has changed."
                ),
            ),
        ),
        Question(
            "card-other-account",
            N_("It says that my card is linked to another account."),
            (
                N_(
                    "Then you have two accounts, and a person has one. Sign out and sign in with the card: that opens "
                    "the other one. Our helpdesk helps you to keep the account that you want."
                ),
            ),
        ),
        Question(
            "card-not-verified",
            N_("My card could not be verified."),
            (
                N_(
                    "The page says why: expired, withdrawn, or not checked because the government's service does not "
                    "answer. In the last case nothing is wrong with your card: try again a little later."
                ),
                N_(
                    "If the card is not read at all, close all windows of the browser and open it again, or restart "
                    "the computer with the reader connected."
                ),
            ),
        ),
        Question(
            "national-number",
            N_("Who sees my national number?"),
            (
                N_(
                    "No tool and no colleague. We keep it encrypted, to recognise your card and to find your "
                    "accreditations."
                ),
            ),
        ),
        Question(
            "accreditations",
            N_("How do my accreditations come into my account?"),
            (
                N_(
                    "Once your identity card is linked, they are found in the registers, and looked up again each "
                    "night. They are never typed in. You see them on the tab “Accreditations”."
                ),
                N_("If one is missing, tell our helpdesk; they find out with you what is wrong."),
            ),
        ),
    ),
)
