"""What signing in and one's account say."""

from ui.say import Pair, Spoken


class AccountWords(Spoken):
    """What signing in and one's account say."""

    sign_in = Pair("Sign in", "Logga in")
    sign_in_lead = Pair("The reports here are for those who have an account.", "Rapporterna här är för den som har ett konto.")
    user_name = Pair("Name", "Namn")
    password = Pair("Password", "Lösenord")
    sign_in_wrong = Pair("The name or the password is wrong.", "Namnet eller lösenordet är fel.")
    sign_in_wait = Pair(
        "Too many attempts. Wait {n} seconds, then try again.", "För många försök. Vänta {n} sekunder och försök igen."
    )
    sign_in_help = Pair(
        "Forgotten? Whoever looks after Källa here gives you a new password.",
        "Glömt? Den som sköter Källa hos er ger dig ett nytt lösenord.",
    )
    session_over = Pair("Your session has ended. Sign in again.", "Din session är slut. Logga in igen.")
    may_not = Pair("You may not do this", "Det här får du inte göra")
    may_not_more = Pair(
        "It takes another role. Whoever looks after Källa here can tell you more.",
        "Det kräver en annan roll. Den som sköter Källa hos er kan berätta mer.",
    )
    account = Pair("Account", "Konto")
    signed_in_as = Pair("You are signed in as {name}.", "Du är inloggad som {name}.")
    nobody_signs_in = Pair(
        "Källa is served to this machine alone, to whoever sits at it: everything here is theirs to see and to change. To let "
        "others in, make accounts: python -m index users add NAME --role admin",
        "Källa visas bara på den här maskinen, för den som sitter vid den: allt här får ses och ändras. För att släppa in andra, "
        "lägg upp konton: python -m index users add NAMN --role admin",
    )
    account_role = Pair("May", "Får")
    role_reader = Pair("ask and read", "fråga och läsa")
    role_editor = Pair("ask and read, and change the library", "fråga och läsa, och ändra biblioteket")
    role_admin = Pair(
        "ask and read, change the library, and see who did what", "fråga och läsa, ändra biblioteket och se vem som gjort vad"
    )
    account_clearance = Pair("Sees, at most", "Ser som mest")
    account_groups = Pair("Belongs to", "Hör till")
    account_everywhere = Pair("all cities and groups", "alla städer och grupper")
    sign_out = Pair("Sign out", "Logga ut")
    sign_out_everywhere = Pair("Sign out everywhere", "Logga ut överallt")
    sign_out_everywhere_more = Pair(
        "Ends every session of yours, on this and all other machines.", "Avslutar alla dina sessioner, här och på andra maskiner."
    )
    change_password = Pair("Change the password", "Byt lösenord")
    old_password = Pair("The password now", "Lösenordet nu")
    new_password = Pair("The new password", "Det nya lösenordet")
    new_password_again = Pair("The new password once more", "Det nya lösenordet en gång till")
    passwords_differ = Pair("The two new passwords differ.", "De två nya lösenorden skiljer sig åt.")
    password_wrong = Pair("The password now is another one.", "Lösenordet nu är ett annat.")
    password_kept = Pair("Nothing was changed.", "Inget ändrades.")
    tokens = Pair("Tokens for programs", "Nycklar för program")
    tokens_more = Pair(
        "A program that asks in your name sends a token. It sees no more than you may, and ends by itself. Take it away where it "
        "may have come into other hands.",
        "Ett program som frågar i ditt namn skickar en nyckel. Den ser inte mer än du får se, och slutar gälla av sig själv. Ta "
        "bort den om den kan ha kommit i andra händer.",
    )
    tokens_none = Pair("You have none.", "Du har inga.")
    token_made = Pair(
        "The new token. Copy it now: it is not shown again.", "Den nya nyckeln. Kopiera den nu: den visas inte igen."
    )
    token_copy = Pair(
        "Select the field and copy it (Ctrl+C, or ⌘C on a Mac), and keep it where passwords are kept. Whoever has it can ask in "
        "your name.",
        "Markera fältet och kopiera (Ctrl+C, eller ⌘C på en Mac), och förvara den där lösenord förvaras. Den som har den kan "
        "fråga i ditt namn.",
    )
    token_name = Pair("Name of the token", "Nyckelns namn")
    token_name_more = Pair("By which you will know it, such as: report script", "Som du känner igen den på, t.ex. rapportskript")
    token_read = Pair("ask and read", "fråga och läsa")
    token_ingest = Pair("ask and read, and send files", "fråga och läsa, och skicka filer")
    token_days = Pair("Ends after", "Slutar gälla efter")
    token_days_n = Pair("{n} days", "{n} dagar")
    token_make = Pair("Make a token", "Gör en nyckel")
    token_created = Pair("Made", "Gjord")
    token_ends = Pair("Ends", "Slutar gälla")
    token_used = Pair("Last used, about", "Senast använd, ungefär")
    token_never = Pair("never", "aldrig")
    token_away = Pair("Take away", "Ta bort")
    token_away_named = Pair("Take away the token {name}", "Ta bort nyckeln {name}")
    token_gone = Pair("There is no such token any more.", "Den nyckeln finns inte längre.")
    trail = Pair("Who did what", "Vem som gjort vad")
    trail_counts = Pair("What was done in the last 30 days", "Vad som gjorts de senaste 30 dagarna")
    trail_more = Pair("The latest {n}.", "De senaste {n}.")
    trail_all = Pair("All of it", "Alltihop")
    trail_any = Pair("anything", "allt")
    trail_day = Pair("On (UTC)", "Dag (UTC)")
    trail_show = Pair("Show", "Visa")
    trail_older = Pair("Older", "Äldre")
    trail_latest = Pair("The latest", "De senaste")
    trail_save = Pair("Save as CSV", "Spara som CSV")
    trail_hash = Pair("Seal (hash)", "Sigill (hash)")
    trail_by = Pair("From Källa’s audit trail, by {who}, {when}", "Ur Källas logg, av {who}, {when}")
    trail_at = Pair("When (UTC)", "När (UTC)")
    trail_who = Pair("Who", "Vem")
    trail_event = Pair("What", "Vad")
    trail_detail = Pair("About", "Om")
    trail_none = Pair("Nothing yet.", "Inget än.")

    event_sign_in = Pair("signed in", "loggade in")
    event_sign_in_failed = Pair("failed to sign in", "misslyckades att logga in")
    event_sign_out = Pair("signed out", "loggade ut")
    event_search = Pair("asked", "frågade")
    event_open = Pair("opened a document", "öppnade ett dokument")
    event_download = Pair("took an original", "hämtade ett original")
    event_export = Pair("exported", "exporterade")
    event_upload = Pair("sent in files", "skickade in filer")
    event_edit = Pair("edited the catalogue", "redigerade katalogen")
    event_remove = Pair("removed a document", "tog bort ett dokument")
    event_bring_back = Pair("brought a document back", "tog tillbaka ett dokument")
    event_ingest = Pair("had reports taken in", "lät läsa in rapporter")
    event_rebuild = Pair("had the index rebuilt", "lät bygga om indexet")
    event_user = Pair("changed a user", "ändrade en användare")
    event_token = Pair("changed a token", "ändrade en nyckel för program")
    event_refused = Pair("was refused", "nekades")
    about_address = Pair("address", "adress")
    about_question = Pair("question", "fråga")
    about_questions = Pair("set of questions", "frågesamling")
    about_document = Pair("document", "dokument")
    about_files = Pair("files", "filer")
    about_fields = Pair("fields", "fält")
    about_kind = Pair("kind", "typ")
    about_rows = Pair("rows", "rader")
    about_mark = Pair("mark", "märkning")
    about_model = Pair("model", "modell")
    about_user = Pair("user", "användare")
    about_what = Pair("what", "vad")
    about_method = Pair("method", "metod")
    about_everywhere = Pair("everywhere", "överallt")
