"""What a document's own page says, and the pages that edit, replace and remove it."""

from ui.say import Count, Pair, Spoken


class DocumentWords(Spoken):
    """What a document's own page says, and the pages that edit, replace and remove it."""

    others_n = Count(("and {n} more", "and {n} more"), ("och {n} till", "och {n} till"))

    # The page
    to_library = Pair("To the library", "Till biblioteket")
    on_this_page = Pair("On this page", "På den här sidan")
    facts_title = Pair("About the document", "Om dokumentet")
    outline_title = Pair("Outline", "Disposition")
    no_outline = Pair("No headings were found in it.", "Inga rubriker hittades i dokumentet.")
    recommendations_title = Pair("Recommendations", "Rekommendationer")
    recommendations_more = Pair("As they are printed, in the order of the document.", "Som de är tryckta, i dokumentets ordning.")
    no_recommendations = Pair("No recommendations were found in it.", "Inga rekommendationer hittades i dokumentet.")
    recommendation_unnumbered = Pair("Recommendation without a number", "Rekommendation utan nummer")
    recommendation_no = Pair("Recommendation {n}", "Rekommendation {n}")
    no_similar_documents = Pair("No other document is like it.", "Inget annat dokument liknar det.")
    passages_title = Pair("All passages", "Alla textställen")
    no_passages = Pair("Nothing in it can be quoted.", "Det finns inget att citera i det.")
    passage_no = Pair("passage {n}", "textställe {n}")
    passages_shown = Pair("{first}–{last} of {n}", "{first}–{last} av {n}")
    earlier_passages = Pair("Earlier passages", "Tidigare textställen")
    later_passages = Pair("Later passages", "Senare textställen")
    show_in_viewer = Pair("Show the pages", "Visa sidorna")
    ask_within = Pair("Ask within this document", "Fråga inom dokumentet")
    pages_of_passages = Pair("Pages of passages", "Sidor med textställen")

    # Its editions and copies
    newer_edition = Pair("A newer edition is in the library:", "En nyare utgåva finns i biblioteket:")
    newer_edition_more = Pair(
        "It answers questions in the place of this one, which can still be read and cited.",
        "Den svarar på frågor i stället för denna, som fortfarande kan läsas och citeras.",
    )
    same_text = Pair("The same text as:", "Samma text som:")
    same_text_more = Pair(
        "That document answers questions in the place of this one.", "Det dokumentet svarar på frågor i stället för detta."
    )
    older_editions = Pair("Older editions:", "Äldre utgåvor:")
    undated_editions = Pair("Other editions, without an order:", "Andra utgåvor, utan ordning:")
    undated_editions_more = Pair(
        "All of them answer. Give each a date or an edition, and only the newest does.",
        "Alla svarar. Ange datum eller utgåva för dem, så svarar bara den nyaste.",
    )
    see_changes = Pair("See what changed", "Visa vad som ändrats")
    edition_changes = Pair("What changed", "Vad som ändrats")
    changes_from = Pair("From", "Från")
    changes_to = Pair("To", "Till")
    changes_n = Count(("{n} passage differs", "{n} passages differ"), ("{n} textställe skiljer", "{n} textställen skiljer"))
    same_n = Count(
        ("{n} sentence stands in both.", "{n} sentences stand in both."), ("{n} mening står i båda.", "{n} meningar står i båda.")
    )
    no_changes = Pair("Both say the same, word for word.", "Båda säger detsamma, ord för ord.")
    changed_passage = Pair("Changed", "Ändrat")
    added_passage = Pair("Added", "Tillagt")
    removed_passage = Pair("Removed", "Borttaget")
    not_in_edition = Pair("not in this edition", "finns inte i denna utgåva")
    changes_pages = Pair("Pages of changes", "Sidor med ändringar")
    earlier_changes = Pair("Earlier changes", "Tidigare ändringar")
    later_changes = Pair("Later changes", "Senare ändringar")
    changes_swap = Pair("The other way round", "Åt andra hållet")

    # What is known of it
    field_title = Pair("Title", "Titel")
    field_kind = Pair("Kind", "Typ")
    field_city = Pair("City", "Stad")
    field_organisation = Pair("Organisation", "Utgivare")
    field_theme = Pair("Theme", "Tema")
    field_date = Pair("Date", "Datum")
    field_language = Pair("Language", "Språk")
    field_edition = Pair("Edition", "Utgåva")
    field_supersedes = Pair("Replaces", "Ersätter")
    field_handling = Pair("Handling", "Hantering")
    field_attribution = Pair("Attribution", "Tillskrivning")
    field_source = Pair("Published at", "Publicerat på")
    field_groups = Pair("Belongs to", "Tillhör")
    field_speakers = Pair("Speakers", "Talare")
    may_attribute = Pair("Speakers may be named", "Talare får namnges")
    may_not_attribute = Pair("Speakers may not be named", "Talare får inte namnges")
    fact_file = Pair("File", "Fil")
    fact_size = Pair("Size", "Omfång")
    fact_without = Pair("Pages without readable text", "Sidor utan läsbar text")
    fact_added = Pair("In the library since", "I biblioteket sedan")
    fact_sha = Pair("Fingerprint (SHA-256)", "Fingeravtryck (SHA-256)")
    lies_outside = Pair("outside the library’s folder", "utanför bibliotekets mapp")
    file_missing = Pair("not there any more", "finns inte kvar")

    # Editing
    edit_metadata = Pair("Edit details", "Redigera uppgifter")
    edit_title = Pair("Details of “{title}”", "Uppgifter om ”{title}”")
    edit_more = Pair(
        "This is what is in force now. What you change is written into {catalogue}; what you leave alone stays as it is. "
        "A field that you empty goes back to what the document says of itself.",
        "Det här gäller nu. Det du ändrar skrivs in i {catalogue}; det du inte rör blir som det är. "
        "Ett fält som du tömmer återgår till vad dokumentet säger om sig självt.",
    )
    several_catalogues = Pair("{first} and {last}", "{first} och {last}")
    help_title = Pair("As it is to be cited.", "Så som det ska citeras.")
    help_kind = Pair("Such as report, seminar note or policy brief.", "På engelska, som report, seminar note eller policy brief.")
    help_city = Pair("Several with ; between: London; Paris.", "Flera med ; emellan: London; Paris.")
    help_organisation = Pair("Who published it.", "Vem som har gett ut det.")
    help_theme = Pair("Several with ; between: cyber; public warning.", "Flera med ; emellan: cyber; public warning.")
    help_date = Pair("Year, month or day: 2020, 2020-06, 2020-06-15.", "År, månad eller dag: 2020, 2020-06, 2020-06-15.")
    help_language = Pair("In two letters: en, sv.", "Med två bokstäver: en, sv.")
    help_edition = Pair("What this edition is called: 2, or 2021.", "Vad utgåvan kallas: 2, eller 2021.")
    help_supersedes = Pair("The edition or title that it replaces.", "Utgåvan eller titeln som det ersätter.")
    help_handling = Pair(
        "Who may see it. What you may not see yourself disappears for you too.",
        "Vem som får se det. Det du själv inte får se försvinner också för dig.",
    )
    help_attribution = Pair(
        "“May not” is the Chatham House Rule; organisations are not named either.",
        "”Får inte” är Chatham House-regeln; inte heller organisationer namnges då.",
    )
    help_source = Pair("A web address, or where else it can be had.", "En webbadress, eller var det annars finns.")
    help_groups = Pair(
        "Cities or groups whose members alone may see it, with ; between. Empty: all who may see its mark.",
        "Städer eller grupper vars medlemmar är de enda som får se det, med ; emellan. Tomt: alla som får se dess märkning.",
    )
    help_speakers = Pair(
        "Names with ; between. They are withheld in quotations where speakers may not be named.",
        "Namn med ; emellan. De utelämnas i citat där talare inte får namnges.",
    )
    save_changes = Pair("Save the changes", "Spara ändringarna")
    cancel = Pair("Cancel", "Avbryt")
    not_saved_title = Pair("Nothing is saved yet", "Inget är sparat än")
    not_saved_more = Pair(
        "Something has to be put right. What you typed is still here.", "Något behöver rättas. Det du skrev står kvar."
    )
    bad_date = Pair(
        "This is not a date. Write 2020, 2020-06 or 2020-06-15.", "Det är inget datum. Skriv 2020, 2020-06 eller 2020-06-15."
    )
    bad_language = Pair(
        "This is not a language. Write its two letters: en, sv.", "Det är inget språk. Skriv dess två bokstäver: en, sv."
    )
    bad_handling = Pair("Choose one of the marks.", "Välj en av märkningarna.")
    bad_attribution = Pair("Choose one of the two.", "Välj en av de två.")
    bad_groups = Pair("“*” is not a group. Leave it empty for everybody.", "”*” är ingen grupp. Lämna det tomt för alla.")
    bad_long = Pair("This is too long: at most {n} characters.", "Det är för långt: högst {n} tecken.")
    bad_formula = Pair(
        "It may not begin with =, +, - or @: a spreadsheet would take it for a formula.",
        "Det får inte börja med =, +, - eller @: ett kalkylark skulle ta det för en formel.",
    )
    bad_value = Pair("This cannot be understood.", "Det går inte att förstå.")
    catalogue_failed = Pair("The catalogue could not be written: {reason}", "Katalogen kunde inte skrivas: {reason}")
    cannot_edit = Pair("This document cannot be edited here", "Dokumentet kan inte redigeras här")
    is_record = Pair(
        "It is one of several documents in the file {file}, so there is no row for it in a catalogue and no file of its own. "
        "Change it in that file, and bring the library into step.",
        "Det är ett av flera dokument i filen {file}, så det har ingen rad i en katalog och ingen egen fil. "
        "Ändra det i den filen och uppdatera biblioteket.",
    )
    no_file = Pair(
        "Its file is not where it was when it was read. Bring the library into step, and try again.",
        "Filen finns inte kvar där den låg när den lästes. Uppdatera biblioteket och försök igen.",
    )

    # Bringing into force
    taking_effect = Pair("Bringing the library into step", "Uppdaterar biblioteket")
    waits_for_turn = Pair("Another reading is under way; this comes next.", "En annan inläsning pågår; den här kommer därnäst.")
    takes_seconds = Pair("This takes some seconds.", "Det tar några sekunder.")
    in_force = Pair("The changes are in force", "Ändringarna gäller nu")
    written_to = Pair("Written to {catalogue}.", "Inskrivet i {catalogue}.")
    not_in_force = Pair("Saved, but not in force yet", "Sparat, men gäller inte än")
    not_in_force_more = Pair(
        "{reason} What was written is safe; the next reading takes it in.",
        "{reason} Det som skrevs är i säkert förvar; nästa inläsning tar in det.",
    )
    try_again = Pair("Try again", "Försök igen")
    ended_silently = Pair("It ended without saying why (code {code}).", "Det slutade utan att säga varför (kod {code}).")

    # Removing
    remove_document = Pair("Remove", "Ta bort")
    remove_title = Pair("Remove “{title}”?", "Ta bort ”{title}”?")
    remove_what = Pair(
        "The document leaves the library: nobody finds it or can open it any more. Passages that were collected from it stay "
        "in the collections.",
        "Dokumentet lämnar biblioteket: ingen hittar det eller kan öppna det längre. Textställen som har samlats ur det "
        "ligger kvar i samlingarna.",
    )
    remove_until = Pair(
        "The file is laid aside and can be brought back until the index is next rebuilt. The rebuild deletes it for good.",
        "Filen läggs undan och kan hämtas tillbaka tills indexet nästa gång byggs om. Ombyggnaden raderar den för gott.",
    )
    remove_files = Pair("What is laid aside", "Det som läggs undan")
    remove_now = Pair("Remove it", "Ta bort det")
    cannot_remove = Pair("This document cannot be removed here", "Dokumentet kan inte tas bort här")
    cannot_replace = Pair("This document cannot be replaced here", "Dokumentet kan inte ersättas här")
    is_outside = Pair(
        "Its file {file} lies outside the library’s folder {corpus}, where the page moves nothing. Move or delete it there, "
        "and bring the library into step.",
        "Filen {file} ligger utanför bibliotekets mapp {corpus}, och där flyttar sidan ingenting. Flytta eller radera den "
        "där och uppdatera biblioteket.",
    )
    nothing_removed = Pair("Nothing was removed", "Inget togs bort")
    nothing_removed_more = Pair(
        "The file could not be laid aside ({reason}). It lies where it lay.",
        "Filen kunde inte läggas undan ({reason}). Den ligger kvar där den låg.",
    )
    removed_title = Pair("Removed: {title}", "Borttaget: {title}")
    replaced_title = Pair("Replaced: {title}", "Ersatt: {title}")
    removed_list = Pair("Removed, and can be brought back", "Borttaget, och kan hämtas tillbaka")
    removed_when = Pair("Removed {when}.", "Borttaget {when}.")
    replaced_when = Pair("Replaced {when}.", "Ersatt {when}.")
    removed_gone = Pair("It has left the library", "Det har lämnat biblioteket")
    removed_until = Pair(
        "It can be brought back until the index is next rebuilt.", "Det kan hämtas tillbaka tills indexet nästa gång byggs om."
    )
    bring_it_back = Pair("Bring back", "Hämta tillbaka")
    bring_back_old = Pair("Bring the old edition back", "Hämta tillbaka den gamla utgåvan")
    bring_back_of = Pair("Bring back “{title}”", "Hämta tillbaka ”{title}”")
    earlier_removed = Pair("Removed earlier", "Borttaget tidigare")
    no_removal = Pair("There is nothing to bring back here", "Här finns inget att hämta tillbaka")
    no_removal_more = Pair(
        "It was brought back already, or a rebuild has deleted it for good.",
        "Det är redan tillbaka, eller så har en ombyggnad raderat det för gott.",
    )
    still_listed = Pair("Laid aside, but still found", "Undanlagt, men hittas än")
    not_read_yet = Pair("The library has not been brought into step with it.", "Biblioteket har inte uppdaterats efter det.")
    still_listed_more = Pair("{reason} The next reading lets it go.", "{reason} Nästa inläsning släpper det.")

    # Bringing back
    place_taken = Pair("Another file lies in its place", "En annan fil ligger på dess plats")
    place_taken_more = Pair(
        "{file} is another file by now, and is not written over. Move or remove it, then bring this one back.",
        "{file} är en annan fil vid det här laget, och den skrivs inte över. Flytta eller ta bort den, och hämta sedan "
        "tillbaka den här.",
    )
    not_back = Pair("It could not be brought back", "Det gick inte att hämta tillbaka")
    not_back_more = Pair("{reason}. The file still lies safely aside.", "{reason}. Filen ligger kvar i säkert förvar.")
    back_title = Pair("Brought back", "Tillbakahämtat")
    back_now = Pair("It is in the library again", "Det är i biblioteket igen")
    back_partly = Pair("It is in its place again, but could not be read", "Det ligger på sin plats igen, men kunde inte läsas")
    back_described = Pair(
        "Its edition and date in the catalogue could not be put back as they were. Look at them, and edit them.",
        "Utgåva och datum i katalogen kunde inte återställas. Titta på dem och redigera dem.",
    )
    open_document = Pair("Open the document", "Öppna dokumentet")

    # Replacing
    replace_document = Pair("Replace by a new edition", "Ersätt med en ny utgåva")
    replace_title = Pair("A new edition of “{title}”", "En ny utgåva av ”{title}”")
    replace_what = Pair(
        "The new file takes the place of the old one, {file}, and keeps what is known of it. The old one is laid aside and can "
        "be brought back until the index is next rebuilt.",
        "Den nya filen tar den gamlas plats, {file}, och behåller uppgifterna om den. Den gamla läggs undan och kan hämtas "
        "tillbaka tills indexet nästa gång byggs om.",
    )
    replace_file = Pair("The new file", "Den nya filen")
    replace_file_help = Pair(
        "PDF, Word, PowerPoint, HTML, Markdown or text.", "PDF, Word, PowerPoint, HTML, Markdown eller text."
    )
    replace_edition_help = Pair(
        "What the new edition is called. The old one is kept as what it replaces.",
        "Vad den nya utgåvan kallas. Den gamla noteras som det den ersätter.",
    )
    replace_date_help = Pair("When the new edition was published: 2020, 2020-06.", "När den nya utgåvan gavs ut: 2020, 2020-06.")
    replace_now = Pair("Replace it", "Ersätt det")
    choose_a_file = Pair("Choose the file of the new edition.", "Välj filen med den nya utgåvan.")
    same_file = Pair("This is the file that is there already.", "Det är samma fil som redan finns där.")
    bulk_instead = Pair(
        "A .jsonl file holds several documents, and cannot be an edition of one.",
        "En .jsonl-fil innehåller flera dokument och kan inte vara en utgåva av ett enda.",
    )
    empty_file = Pair("The file is empty.", "Filen är tom.")
    bad_name = Pair(
        "The file’s name cannot be used. Rename it, and try again.",
        "Filens namn går inte att använda. Byt namn på den och försök igen.",
    )
    not_replaced = Pair("Nothing was replaced", "Inget ersattes")
    not_replaced_more = Pair(
        "The new file could not be put in place ({reason}). The old one lies where it lay.",
        "Den nya filen kunde inte läggas på plats ({reason}). Den gamla ligger kvar där den låg.",
    )
    edition_in_use = Pair("The new edition is in the library", "Den nya utgåvan är i biblioteket")
    edition_unread = Pair("The new edition could not be read", "Den nya utgåvan kunde inte läsas")
    edition_unread_more = Pair(
        "{reason} The old one lies aside: bring it back, or put another file in.",
        "{reason} Den gamla ligger undan: hämta tillbaka den, eller lägg in en annan fil.",
    )
    edition_partly = Pair("It is only partly readable: {reason}", "Den är bara delvis läsbar: {reason}")

    # Rights
    may_not_change = Pair("You may read this document, but not change it", "Du får läsa dokumentet, men inte ändra det")
    may_not_change_more = Pair("Ask somebody who edits the library.", "Fråga någon som redigerar biblioteket.")
    went_wrong = Pair("That did not work", "Det gick inte")
    went_wrong_more = Pair("{reason} Nothing was lost.", "{reason} Inget gick förlorat.")
