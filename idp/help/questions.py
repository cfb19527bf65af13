"""The frequent questions and their answers (G3), as data; only about what a user can do today.

Each answer is one or more paragraphs. `%(support)s` stands for the helpdesk's address.
"""

from core.infra.messages import N_
from idp.help.card_questions import IDENTITY_CARD
from idp.help.topic import Question, Topic

TOPICS = (
    Topic(
        "general",
        N_("In general"),
        (
            Question(
                "what-is-it",
                N_("What is Immo-Connect?"),
                (
                    N_("One account with which you sign in to every tool you work with, such as CadastreFinder."),
                    N_(
                        "When you start a tool you choose for which organisation you work. The tool receives only that."
                    ),
                ),
            ),
            Question(
                "languages",
                N_("How do I change the language?"),
                (N_("At the top right of every page. Your choice is remembered for the next time."),),
            ),
            Question(
                "what-to-mention",
                N_("What should I mention when I ask for help?"),
                (
                    N_("What you wanted to do, what happened instead, and the reference if the page showed one."),
                    N_(
                        "A picture of the screen helps a lot. The contact form fills in your browser and "
                        "system for you."
                    ),
                ),
            ),
        ),
    ),
    Topic(
        "account",
        N_("Your account"),
        (
            Question(
                "create",
                N_("How do I create an account?"),
                (
                    N_(
                        "Start the tool you want to use and choose “Create an account” on the sign-in page. "
                        "Enter your names as they stand on your identity card; a username is proposed, which "
                        "you may change."
                    ),
                    N_(
                        "We then mail you a code of six characters. Once you have entered it, we lead you "
                        "through what is still missing: your organisation, and the tool."
                    ),
                ),
            ),
            Question(
                "no-code",
                N_("I did not receive the code. What can I do?"),
                (
                    N_("Look in the folder for unwanted mail. The mail can take a few minutes."),
                    N_(
                        "On the page that asks for the code you can have it sent again, or correct your "
                        "address if it was mistyped. You may close your browser: sign in later with your "
                        "username and go on there."
                    ),
                ),
            ),
            Question(
                "personal-address",
                N_("Which e-mail address should I use?"),
                (
                    N_(
                        "Your own: the account is yours, whichever organisations you work for, and stays when"
                        " you change."
                    ),
                    N_("For each organisation you can give another address, which colleagues and tools see instead."),
                ),
            ),
            Question(
                "forgotten-password",
                N_("I have forgotten my password."),
                (
                    N_(
                        "Choose “Forgotten your password?” on the sign-in page and enter your e-mail address."
                        " With the code that we mail you, you choose a new password. For your safety you are "
                        "then signed out everywhere."
                    ),
                ),
            ),
            Question(
                "change-password",
                N_("How do I change my password or my e-mail address?"),
                (
                    N_("Open “My profile” under your name at the top right, then the tab “Signing in”."),
                    N_(
                        "A new e-mail address counts once you have entered the code that we mail there; until"
                        " then the old one stays valid."
                    ),
                ),
            ),
            Question(
                "username",
                N_("Can I change my username?"),
                (N_("No, it stays as it is. You can also sign in with your e-mail address, which you can change."),),
            ),
            Question(
                "two-accounts",
                N_("I have two accounts. How do I make one of them?"),
                (
                    N_(
                        "Sign in with the account that you want to keep, open “My profile” under your name at "
                        "the top right, then the tab “Signing in”, and choose “Make one of both” at “Another "
                        "account”."
                    ),
                    N_(
                        "You need the username and the password of the other account, and a code of its "
                        "authenticator app, or one of its recovery codes, if it asks for one. If you no longer "
                        "know its password, choose a new one first with “Forgotten your password?”."
                    ),
                ),
            ),
            Question(
                "profile",
                N_("How do I change my data?"),
                (
                    N_(
                        "Open “My profile” under your name at the top right and choose “Edit my data”. Save when "
                        "you are done."
                    ),
                    N_("What comes from your identity card cannot be changed; it is marked with a lock."),
                ),
            ),
            Question(
                "second-factor",
                N_("How do I protect my account better?"),
                (
                    N_(
                        "Add a passkey or an authenticator app on the tab “Signing in” of your profile. Keep "
                        "the recovery codes somewhere safe: they let you in when you have lost your "
                        "telephone."
                    ),
                ),
            ),
            Question(
                "delete",
                N_("How do I delete my account?"),
                (
                    N_(
                        "On the tab “Privacy” of your profile. You have two weeks to change your mind. There "
                        "you can also download what we keep about you."
                    ),
                    N_(
                        "An account that was active for an organisation is made anonymous instead: your data "
                        "are removed, and the organisation keeps its bookkeeping and its history."
                    ),
                ),
            ),
        ),
    ),
    IDENTITY_CARD,
    Topic(
        "organisations",
        N_("Organisations and tools"),
        (
            Question(
                "add-organisation",
                N_("How do I add an organisation?"),
                (
                    N_(
                        "Enter its company number when you start a tool. If the organisation is known, you "
                        "ask to join it; if it is not, you create it, become its first manager and can work "
                        "at once."
                    ),
                ),
            ),
            Question(
                "waiting",
                N_("What does “waiting for confirmation” mean?"),
                (
                    N_(
                        "You asked to join an organisation and one of its managers has to confirm you. They "
                        "received a mail; the page shows who they are and lets you remind them. You are "
                        "mailed when it is done."
                    ),
                ),
            ),
            Question(
                "change-context",
                N_("How do I work for another organisation?"),
                (
                    N_(
                        "Choose “Change context” under your name in the tool. You see every choice that you have there."
                    ),
                    N_("If a choice is missing, the page says why and what to do, and lets you add one."),
                ),
            ),
            Question(
                "not-allowed",
                N_("Why can I not register or start a tool?"),
                (
                    N_(
                        "Each way of using a tool has its own conditions, often an accreditation of yours or "
                        "of a colleague who lets others work under it. The page shows each condition and "
                        "whether it is met."
                    ),
                ),
            ),
            Question(
                "what-tools-see",
                N_("What does a tool learn about me?"),
                (
                    N_(
                        "What the page says when you start it for the first time, and only for the "
                        "organisation you chose."
                    ),
                    N_("On the tab “Tools” of your profile you see it again and can withdraw it."),
                ),
            ),
        ),
    ),
)
