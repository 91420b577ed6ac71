"""What the Library room says."""

from ui.say import Count, Pair, Spoken


class LibraryWords(Spoken):
    """What the Library room says."""

    # The room
    library_views = Pair("What the library shows", "Vad biblioteket visar")
    documents_title = Pair("Documents", "Dokument")
    pictures_title = Pair("What it covers", "Vad det täcker")
    partial_n = Count(
        ("{n} document has pages without readable text", "{n} documents have pages without readable text"),
        ("{n} dokument har sidor utan läsbar text", "{n} dokument har sidor utan läsbar text"),
    )
    library_empty = Pair("The library is empty", "Biblioteket är tomt")
    library_empty_editor = Pair(
        "Choose files or a folder above, or drop them anywhere on this page. Files that lie in {corpus} already are read with "
        "“{sync}”.",
        "Välj filer eller en mapp ovan, eller släpp dem var som helst på sidan. Filer som redan ligger i {corpus} läses in med "
        "”{sync}”.",
    )
    library_empty_reader = Pair(
        "There is nothing here yet that you may read. Somebody who may change the library can add reports.",
        "Här finns ännu inget som du får läsa. Någon som får ändra biblioteket kan lägga till rapporter.",
    )
    not_editor = Pair("You may read, but not change the library.", "Du får läsa, men inte ändra biblioteket.")
    not_editor_more = Pair(
        "Nothing was changed. Ask somebody who may add documents.", "Inget ändrades. Be någon som får lägga till dokument."
    )

    # The list
    title = Pair("Title", "Titel")
    city_head = Pair("City", "Stad")
    kind_head = Pair("Kind", "Typ")
    date_head = Pair("Date", "Datum")
    language_head = Pair("Language", "Språk")
    edition_head = Pair("Edition", "Utgåva")
    handling_head = Pair("Handling", "Hantering")
    pages_head = Pair("Pages", "Sidor")
    without_head = Pair("Without text", "Utan text")
    passages_head = Pair("Passages", "Textställen")
    added_head = Pair("Added", "Tillagt")
    sort_by = Pair("Sort by {column}", "Sortera efter {column}")
    sort_label = Pair("Sort by", "Sortera efter")
    sorted_up = Pair("ascending", "stigande")
    sorted_down = Pair("descending", "fallande")
    list_label = Pair("Which documents", "Vilka dokument")
    find_label = Pair("Search the list", "Sök i listan")
    find_hint = Pair("Title, organisation, city or theme", "Titel, organisation, stad eller tema")
    state_filter = Pair("state", "tillstånd")
    state_partial = Pair("pages without text", "sidor utan text")
    state_older = Pair("older editions and copies", "äldre utgåvor och kopior")
    state_whole = Pair("wholly searchable", "helt sökbara")
    has_none = Pair("not stated", "uppgift saknas")
    show_list = Pair("Show", "Visa")
    clear_list = Pair("Show all documents", "Visa alla dokument")
    shown_of = Pair("{n} of {documents}", "{n} av {documents}")
    nothing_listed = Pair("No document matches", "Inget dokument passar")
    nothing_listed_more = Pair(
        "Other words or fewer filters may show some. The library holds {documents} that you may see.",
        "Andra ord eller färre filter kan hjälpa. Biblioteket har {documents} som du får se.",
    )
    page_turning = Pair("Pages of the list", "Listans sidor")
    list_page = Pair("Page {n}", "Sida {n}")
    list_previous = Pair("Previous", "Föregående")
    list_next = Pair("Next", "Nästa")

    # What could not be read
    problems_title = Pair("Not, or not wholly, searchable", "Inte, eller bara delvis, sökbara")
    no_problems = Pair("Every file could be read to the last page.", "Alla filer kunde läsas till sista sidan.")
    file_head = Pair("File", "Fil")
    outcome_head = Pair("Outcome", "Utfall")
    reason_head = Pair("Reason", "Orsak")
    advice_head = Pair("What to do", "Vad du kan göra")
    when_head = Pair("When", "När")
    seconds_head = Pair("Seconds", "Sekunder")
    added = Pair("added", "tillagd")
    changed = Pair("changed", "ändrad")
    unchanged = Pair("unchanged", "oförändrad")
    partial = Pair("partly readable", "delvis läsbar")
    failed = Pair("failed", "misslyckades")
    removed = Pair("removed", "borttagen")
    refused = Pair("not accepted", "ej mottagen")

    # Taking files in
    add_title = Pair("Add reports", "Lägg till rapporter")
    drop_files = Pair(
        "Drop files or a folder anywhere on this page, or choose them:",
        "Släpp filer eller en mapp var som helst på sidan, eller välj dem:",
    )
    drop_here = Pair("Drop to add to the library", "Släpp för att lägga till i biblioteket")
    choose_files = Pair("Choose files", "Välj filer")
    choose_folder = Pair("Choose a folder", "Välj en mapp")
    send_files = Pair("Add them", "Lägg till dem")
    add_more = Pair(
        "PDF, Word, PowerPoint, HTML, Markdown or text, at most {size} each. They are kept in {corpus}, a folder with its "
        "subfolders. Nothing that lies there is written over.",
        "PDF, Word, PowerPoint, HTML, Markdown eller text, högst {size} per fil. De sparas i {corpus}, en mapp med sina "
        "undermappar. Inget som redan ligger där skrivs över.",
    )
    sync = Pair("Bring the library into step", "Uppdatera biblioteket")
    sync_more = Pair(
        "Reads what is new or changed in {corpus}, and lets go of what was removed.",
        "Läser det som är nytt eller ändrat i {corpus} och släpper det som tagits bort.",
    )
    sync_watching = Pair(
        "What is new or changed in {corpus} is read by itself; what was removed leaves after a while. This does it now.",
        "Det som är nytt eller ändrat i {corpus} läses av sig självt; det som tagits bort lämnar efter en stund. "
        "Här gör du det nu.",
    )
    sending = Pair("Sending files", "Skickar filer")
    sent_of = Pair("{done} of {total} sent", "{done} av {total} skickade")
    sent_waiting = Pair("waiting", "väntar")
    sent_done = Pair("sent", "skickad")
    sent_there = Pair("is there already", "finns redan")
    sent_cancelled = Pair("cancelled", "avbruten")
    send_cancel = Pair("Cancel", "Avbryt")
    send_cancel_of = Pair("Cancel {name}", "Avbryt {name}")
    send_cancel_all = Pair("Cancel all", "Avbryt alla")
    send_lost = Pair(
        "The connection was lost. Add the file again.", "Förbindelsen bröts. Lägg till filen igen."
    )  # a file that arrived in part is not kept
    read_failed_start = Pair(
        "The files are kept, but the reading did not start. Press “{sync}”.",
        "Filerna är sparade, men inläsningen startade inte. Tryck på ”{sync}”.",
    )
    nothing_added = Pair("Nothing was added", "Inget lades till")
    nothing_sent = Pair("No file was chosen.", "Ingen fil valdes.")
    not_a_form = Pair("What was sent could not be understood.", "Det som skickades gick inte att förstå.")
    no_corpus = Pair("The folder {corpus} does not exist yet.", "Mappen {corpus} finns inte än.")
    no_corpus_more = Pair("Add a file, and it is made.", "Lägg till en fil, så skapas den.")
    name_hidden = Pair("Names that begin with a full stop are not accepted.", "Namn som börjar med punkt tas inte emot.")
    name_empty = Pair("The file has no usable name.", "Filen har inget användbart namn.")
    name_elsewhere = Pair(
        "The folder of that name leads out of the library’s folder.", "Mappen med det namnet leder ut ur bibliotekets mapp."
    )
    name_describes = Pair(
        "There is another file of this name, which describes the documents. Change that one instead.",
        "Det finns redan en annan fil med det namnet, som beskriver dokumenten. Ändra den i stället.",
    )
    name_unseen = Pair(
        "It says who may see which documents. Only somebody who may see them all can add it.",
        "Den säger vem som får se vilka dokument. Bara den som får se alla kan lägga till den.",
    )
    too_large = Pair("It is larger than {size}.", "Den är större än {size}.")
    not_saved = Pair(
        "It could not be saved. Is the disk full, or the folder write-protected?",
        "Den kunde inte sparas. Är disken full eller mappen skrivskyddad?",
    )

    # A reading
    reading_files = Pair("Reading", "Läser in")
    reading_progress = Pair("Files read", "Inlästa filer")
    waiting_turn = Pair("Waiting for the reading that is already under way", "Väntar på den inläsning som redan pågår")
    read_count = Pair("{done} of {total}", "{done} av {total}")
    read_about = Pair("{done} of about {total}", "{done} av omkring {total}")
    files_n = Count(("{n} file", "{n} files"), ("{n} fil", "{n} filer"))
    read_now = Pair("Now:", "Nu:")
    read_then = Pair("then {n} more", "sedan {n} till")
    read_stop = Pair("Stop the reading", "Avbryt inläsningen")
    read_stop_more = Pair("What has been read stays in the library.", "Det som redan lästs in finns kvar i biblioteket.")
    read_look = Pair("Show how far it has come", "Visa hur långt den har kommit")
    read_done = Pair("Done in {time}", "Klart på {time}")
    read_some_failed = Pair("Done in {time}, but not everything could be read", "Klart på {time}, men allt kunde inte läsas")
    read_was_stopped = Pair(
        "Stopped after {time}. What had been read stays.", "Avbruten efter {time}. Det som hade lästs in finns kvar."
    )
    read_stopped = Pair("The reading stopped: {reason}", "Inläsningen avbröts: {reason}")
    read_stopped_more = Pair(
        "What had been read stays. Press “{sync}” to go on.",
        "Det som hade lästs in finns kvar. Tryck på ”{sync}” för att fortsätta.",
    )
    minutes = Pair("{m} min {s} s", "{m} min och {s} s")
    read_more_n = Count(
        ("and {n} more file, in the report", "and {n} more files, in the report"),
        ("och {n} fil till, i rapporten", "och {n} filer till, i rapporten"),
    )
    save_report = Pair("Save the report", "Spara rapporten")
    report_name = Pair("reading-{n}", "inlasning-{n}")
    show_added = Pair("Show what was added", "Visa det som tillkom")
    no_reading = Pair("There is no such reading", "Det finns ingen sådan inläsning")
    no_reading_more = Pair(
        "It was long ago, or Källa has been started anew since. The state of every file stands in the library.",
        "Den var för länge sedan, eller så har Källa startats om. Varje fils tillstånd står i biblioteket.",
    )

    # Pictures
    covers_year = Pair("Documents a year", "Dokument per år")
    covers_year_more = Pair("{first} to {last}, by kind.", "{first} till {last}, efter typ.")
    covers_city = Pair("By city", "Efter stad")
    covers_city_more = Pair(
        "A document of several cities is counted in each.", "Ett dokument från flera städer räknas i var och en."
    )
    covers_kind = Pair("By kind", "Efter typ")
    covers_both = Pair("Cities and themes", "Städer och teman")
    covers_both_more = Pair(
        "{n} of {total} pairs are covered. An empty square is what the library says nothing about.",
        "{n} av {total} kombinationer täcks. En tom ruta är det som biblioteket inte säger något om.",
    )
    cell_none = Pair("none", "inga")
    other_kinds = Pair("other kinds", "andra typer")
    all_kinds = Pair("All", "Alla")
    in_numbers = Pair("In numbers", "I siffror")
    year_head = Pair("Year", "År")
    theme_head = Pair("Theme", "Tema")
    without_year = Count(
        ("{n} document has no date", "{n} documents have no date"), ("{n} dokument saknar datum", "{n} dokument saknar datum")
    )
    without_city = Count(
        ("{n} document has no city", "{n} documents have no city"), ("{n} dokument saknar stad", "{n} dokument saknar stad")
    )
    without_theme = Count(
        ("{n} document has no theme", "{n} documents have no theme"), ("{n} dokument saknar tema", "{n} dokument saknar tema")
    )
    more_cities = Count(("{n} more city", "{n} more cities"), ("{n} stad till", "{n} städer till"))
