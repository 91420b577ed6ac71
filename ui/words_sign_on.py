"""What signing in at another place says."""

from ui.say import Pair, Spoken


class SignOnWords(Spoken):
    """What signing in at another place says. `{name}` is what the organisation calls that place."""

    sign_on = Pair("Sign in with {name}", "Logga in med {name}")
    sign_on_or = Pair("or with a password", "eller med lösenord")
    sign_on_only = Pair("Here one signs in with {name} only.", "Här loggar man bara in med {name}.")
    sign_on_left = Pair("You are signed out here. At {name} you may still be signed in.",
                        "Du är utloggad här. Hos {name} kan du fortfarande vara inloggad.")  # fmt: skip
    sign_on_leave = Pair("Sign out of {name} too", "Logga ut från {name} också")
    sign_on_failed = Pair("You are not signed in", "Du är inte inloggad")
    sign_on_back = Pair("Back to sign in", "Till inloggningen")

    sign_on_again = Pair(
        "Signing in took too long, was finished already, or was begun in another window or browser. Begin again.",
        "Inloggningen tog för lång tid, var redan klar, eller började i ett annat fönster eller en annan webbläsare. Börja om.",
    )
    sign_on_denied = Pair(
        "{name} did not let you in, or signing in was cancelled there. Try again, or ask whoever looks after {name}.",
        "{name} släppte inte in dig, eller så avbröts inloggningen där. Försök igen, eller fråga den som sköter {name}.",
    )
    sign_on_unreachable = Pair(
        "{name} does not answer just now. Try again in a minute; if it goes on, tell whoever looks after Källa.",
        "{name} svarar inte just nu. Försök igen om en minut; om det fortsätter, säg till den som sköter Källa.",
    )
    sign_on_password = Pair(
        "If you have a password here, it works as usual.", "Har du ett lösenord här så fungerar det som vanligt."
    )
    sign_on_untrusted = Pair(
        "What {name} answered could not be trusted, so nobody was signed in. Tell whoever looks after Källa: "
        "the audit trail says why.",
        "Svaret från {name} gick inte att lita på, så ingen loggades in. Säg till den som sköter Källa: loggen över vem som "
        "gjort vad säger varför.",
    )
    sign_on_refused = Pair(
        "You are signed in at {name}, but your account there gives no access here. Ask whoever looks after Källa.",
        "Du är inloggad hos {name}, men ditt konto där ger ingen tillgång hit. Fråga den som sköter Källa.",
    )
    sign_on_name = Pair(
        "Your name at {name} cannot be used here: another account has it, or it is none. Ask whoever looks after Källa.",
        "Ditt namn hos {name} kan inte användas här: ett annat konto har det, eller så saknas det. Fråga den som sköter Källa.",
    )
    sign_on_disabled = Pair(
        "Your account here has been shut. Ask whoever looks after Källa.",
        "Ditt konto här är avstängt. Fråga den som sköter Källa.",
    )
