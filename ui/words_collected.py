"""What the Collected room says."""

from ui.say import Pair, Spoken


class CollectedWords(Spoken):
    """What the Collected room says."""

    collected = Pair("Collected", "Samlat")
    collected_title = Pair("Collected passages", "Samlade textställen")
    collected_sum = Pair("{passages} from {documents}", "{passages} ur {documents}")
    collected_yours = Pair("Only you see your collection.", "Bara du ser din samling.")
    strictest_of_all = Pair("Handled together as", "Hanteras tillsammans som")
    copy_all = Pair("Copy all", "Kopiera allt")
    all_copied = Pair("Copied, with references and notes", "Kopierat, med referenser och anteckningar")
    kept_for = Pair("Kept for", "Sparat för")
    kept_on = Pair("Kept {date}", "Sparat {date}")
    ask_again = Pair("ask again", "fråga igen")
    note = Pair("Note", "Anteckning")
    note_on = Pair("Note on passage {n}", "Anteckning till textställe {n}")
    note_hint = Pair("Why it matters, where it will go…", "Varför det är viktigt, var det ska in …")
    save_note = Pair("Save the note", "Spara anteckningen")
    note_saved = Pair("Note saved", "Anteckningen är sparad")
    note_not_saved = Pair(
        "The note could not be saved. It still stands here: copy it, or try again.",
        "Anteckningen gick inte att spara. Den står kvar här: kopiera den eller försök igen.",
    )
    note_long = Pair("The note is too long", "Anteckningen är för lång")
    note_long_more = Pair(
        "A note holds {n} characters at most. Go back in the browser: what you wrote is still there.",
        "En anteckning rymmer högst {n} tecken. Gå tillbaka i webbläsaren: det du skrev står kvar.",
    )
    move_up = Pair("Move up", "Flytta upp")
    move_down = Pair("Move down", "Flytta ner")
    which_passage = Pair("{what}: passage {n}, {title}", "{what}: textställe {n}, {title}")
    moved_to = Pair("Moved to place {n}", "Flyttat till plats {n}")
    not_moved = Pair("It could not be moved. Try again.", "Det gick inte att flytta. Försök igen.")
    drag_it = Pair("Drag to another place", "Dra till en annan plats")
    let_go = Pair("Remove", "Ta bort")
    let_go_done = Pair("The passage was removed from your collection.", "Textstället togs bort ur din samling.")
    bring_back = Pair("Undo", "Ångra")
    back_again = Pair("The passage is in its place again.", "Textstället är på sin plats igen.")
    not_back_again = Pair("It can no longer be brought back", "Det kan inte längre hämtas tillbaka")
    not_back_again_more = Pair(
        "What was removed is remembered until Källa is started anew. Ask the question again to find the passage.",
        "Det som tagits bort är ihågkommet tills Källa startas om. Ställ frågan igen för att hitta textstället.",
    )
    source_changed = Pair(
        "The document has changed since this was kept. The quotation stands as it was.",
        "Dokumentet har ändrats sedan detta sparades. Citatet står kvar som det var.",
    )
    source_left = Pair(
        "The document is no longer in the library. The quotation stands as it was.",
        "Dokumentet finns inte längre i biblioteket. Citatet står kvar som det var.",
    )
    state_changed = Pair("changed since", "ändrat sedan dess")
    state_left = Pair("no longer in the library", "inte längre i biblioteket")
    nothing_kept = Pair("Nothing is kept yet", "Inget är sparat än")
    nothing_kept_lead = Pair(
        "Gather the passages you want to quote while you read: in the order you want them, each with a note of yours and its "
        "full reference.",
        "Samla textställen som du vill citera medan du läser: i den ordning du vill ha dem, vart och ett med din anteckning "
        "och sin fullständiga referens.",
    )
    keep_first = Pair(
        "Ask a question, and choose “{keep}” under a passage, or “{keep_all}” under the answer.",
        "Ställ en fråga och välj ”{keep}” under ett textställe, eller ”{keep_all}” under svaret.",
    )
    keep_second = Pair(
        "Come back here to put them in order and to note what each is for.",
        "Kom tillbaka hit för att ordna dem och anteckna vad vart och ett ska användas till.",
    )
    keep_third = Pair(
        "Save them for Word, Markdown, a spreadsheet or a reference manager. Handling marks go with every quotation.",
        "Spara dem för Word, Markdown, kalkylblad eller referenshanterare. Hanteringsmärkningen följer med varje citat.",
    )
    ask_something = Pair("Ask a question", "Ställ en fråga")
    no_such_kept = Pair("This passage is not in your collection", "Textstället finns inte i din samling")
    no_such_kept_more = Pair(
        "It may have been removed in another window. The others are where they were.",
        "Det kan ha tagits bort i ett annat fönster. De andra är kvar.",
    )
    nothing_to_save = Pair("There is nothing to save", "Det finns inget att spara")
    not_done = Pair("That could not be saved", "Det gick inte att spara")
    not_done_more = Pair(
        "{reason} Nothing is lost: go back in the browser and try again.",
        "{reason} Inget har gått förlorat: gå tillbaka i webbläsaren och försök igen.",
    )
    to_collection = Pair("To your collection", "Till din samling")

    # In what is saved and copied
    made_by = Pair("Collected in Källa by {who}, {when}", "Samlat i Källa av {who}, {when}")
    untitled = Pair("Untitled document", "Dokument utan titel")
    edition_number = Pair("edition {n}", "utgåva {n}")
    published_at = Pair("Published at {address}", "Publicerat på {address}")
    asked_was = Pair("Question: {question}", "Fråga: {question}")
    note_was = Pair("Note: {note}", "Anteckning: {note}")
    printed_head = Pair("Printed page", "Tryckt sida")
    physical_head = Pair("PDF page", "PDF-sida")
    section_head = Pair("Section", "Avsnitt")
    attribution_head = Pair("Attribution", "Tillskrivning")
    source_head = Pair("Published at", "Publicerat på")
    question_head = Pair("Question", "Fråga")
    kept_head = Pair("Kept", "Sparat")
    source_state_head = Pair("Source", "Källan")
