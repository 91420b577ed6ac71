"""Every word the interface shows, in English and Swedish, side by side."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self, overload

LANGUAGES = ("en", "sv")


@dataclass(frozen=True, slots=True)
class Pair:
    """A text in both languages. Read from a `Words` it is the text in that language."""

    en: str
    sv: str

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: "Words", owner: type) -> str: ...
    def __get__(self, instance: "Words | None", owner: type) -> "str | Self":
        return self if instance is None else self.say(instance)

    def say(self, words: "Words") -> str:
        """Give the text in the language of `words`."""
        return self.sv if words.language == "sv" else self.en


@dataclass(frozen=True, slots=True)
class Count:
    """A counted noun in both languages, singular and plural; `{n}` is the number."""

    en: tuple[str, str]
    sv: tuple[str, str]


class Words:
    """The words of one language: `Words("sv").ask`."""

    def __init__(self, language: str) -> None:
        self.language = language if language in LANGUAGES else "en"

    # The house
    tagline = Pair("the exact words, with document and page", "de exakta orden, med dokument och sida")
    skip = Pair("To the question", "Till frågan")
    other_language = Pair("Svenska", "English")
    ask = Pair("Ask", "Fråga")
    library = Pair("Library", "Bibliotek")
    index = Pair("Index", "Index")

    # Ask
    question = Pair("Your question", "Din fråga")
    question_hint = Pair("Ask the library a question", "Ställ en fråga till biblioteket")
    ask_button = Pair("Ask", "Fråga")
    city = Pair("city", "stad")
    theme = Pair("theme", "tema")
    kind = Pair("kind", "typ")
    language_filter = Pair("language", "språk")
    year = Pair("year", "år")
    year_from = Pair("from", "från")
    year_to = Pair("to", "till")
    any_year = Pair("any", "alla")
    clear_filters = Pair("Clear filters", "Rensa filter")
    examples = Pair("You could ask", "Du kan fråga")
    example_theme = Pair("What do the reports say about {theme}?", "Vad säger rapporterna om {theme}?")
    example_city = Pair("What did {city} learn?", "Vilka lärdomar drog {city}?")
    example_title = Pair("What is recommended in “{title}”?", "Vad rekommenderas i ”{title}”?")
    loading_model = Pair(
        "The model is loading. Your answer comes as soon as it is ready.",
        "Modellen läses in. Svaret kommer så snart den är klar.",
    )
    answer = Pair("Answer, in the sources’ own words", "Svar, med källornas egna ord")
    passages = Pair("Where it is said", "Där det står")
    nothing = Pair("Nothing in the library answers this", "Inget i biblioteket besvarar detta")
    nothing_more = Pair(
        "No sentence comes close enough to be an answer. Other words, or fewer filters, may find it.",
        "Ingen mening ligger tillräckligt nära för att vara ett svar. Andra ord eller färre filter kan hjälpa.",
    )
    said_in = Pair("said in {n} documents", "står i {n} dokument")
    did_you_mean = Pair("Did you mean:", "Menade du:")
    also_searched = Pair("Also searched:", "Sökte även:")
    own_words = Pair("Search my words only", "Sök bara med mina ord")
    own_words_were = Pair("Only your own words were searched.", "Bara dina egna ord söktes.")
    other_words = Pair("Search the other language too", "Sök även på det andra språket")
    within = Pair("Only within “{title}”", "Bara inom ”{title}”")
    whole_library = Pair("Search the whole library", "Sök i hela biblioteket")
    nearest = Pair("The nearest passages", "De närmaste textställena")
    nearest_more = Pair("They do not answer the question.", "De besvarar inte frågan.")
    notes = Pair("Please note", "Observera")
    meaning = Pair("meaning", "betydelse")
    by_words = Pair("words", "ord")
    by_added = Pair("added words", "tillagda ord")
    and_last = Pair("{first} and {last}", "{first} och {last}")
    matched = Pair("matched by {how}", "träff på {how}")
    source_number = Pair("Source {n}", "Källa {n}")
    open_passage = Pair("Show on the page", "Visa på sidan")
    similar = Pair("Similar passages", "Liknande textställen")
    wider = Pair("Wider context", "Större sammanhang")
    no_attribution = Pair("may not be attributed", "får inte tillskrivas någon")
    could_not = Pair(
        "{documents} with pages without readable text ({pages}) could not be searched wholly.",
        "{documents} med sidor utan läsbar text ({pages}) kunde inte sökas helt.",
    )
    searched = Pair("Searched {documents}, {passages}.", "Sökte i {documents}, {passages}.")
    seconds = Pair("{n} s", "{n} s")
    model_is = Pair("model {model} ({languages})", "modell {model} ({languages})")
    model_all = Pair("model {model}", "modell {model}")
    index_of = Pair("index of {date}", "index från {date}")
    empty_title = Pair("The library is empty", "Biblioteket är tomt")
    empty_more = Pair(
        "Add reports under Library, or put them in the folder {corpus} and choose “{sync}” there.",
        "Lägg till rapporter under Bibliotek, eller lägg dem i mappen {corpus} och välj ”{sync}” där.",
    )
    ask_failed = Pair("The question could not be answered: {reason}", "Frågan kunde inte besvaras: {reason}")
    ask_failed_more = Pair(
        "Ask again. If it happens again, look at the Index room.", "Fråga igen. Händer det igen, se rummet Index."
    )
    unexpected = Pair("something unexpected went wrong", "något oväntat gick fel")
    library_failed = Pair("The library cannot be opened", "Biblioteket kan inte öppnas")
    question_long = Pair("The question is too long: at most {n} characters.", "Frågan är för lång: högst {n} tecken.")

    # How to ask
    how_to_ask = Pair("How to ask", "Så kan du fråga")
    how_plainly = Pair(
        "Ask in plain words, in English or Swedish. These narrow the search; several can stand in one question.",
        "Fråga med vanliga ord, på svenska eller engelska. Detta snävar in sökningen; flera får stå i samma fråga.",
    )
    how_phrase = Pair('"crowded places"', '"publika evenemang"')
    how_phrase_does = Pair("these words, exactly so", "just de här orden, precis så")
    how_without = Pair("-cyber", "-övning")
    how_without_does = Pair("without this word", "utan det här ordet")
    how_city = Pair("city:London", "stad:Stockholm")
    how_city_does = Pair("from this city", "från den här staden")
    how_year = Pair("year:2019..2021", "år:2019..2021")
    how_year_does = Pair("from these years", "från de här åren")
    how_kind = Pair("kind:report", "typ:rapport")
    how_kind_does = Pair("of this kind", "av den här typen")
    how_theme = Pair('theme:"public warning"', 'tema:"public warning"')
    how_theme_does = Pair("on this theme", "på det här temat")
    how_language = Pair("lang:sv", "språk:sv")
    how_language_does = Pair("in this language", "på det här språket")

    # The viewer
    viewer = Pair("Source page", "Källans sida")
    viewer_empty = Pair(
        "Choose a passage, and it is shown here on its page.", "Välj ett textställe, så visas det här på sin sida."
    )
    back_to_results = Pair("Back to the passages", "Tillbaka till textställena")
    not_found = Pair("There is no such document", "Det finns inget sådant dokument")
    not_found_more = Pair(
        "It may have been removed, or you may not see it.", "Det kan ha tagits bort, eller så får du inte se det."
    )
    no_passage = Pair("There is no such passage", "Det finns inget sådant textställe")
    back_to_page = Pair("Back to the page", "Tillbaka till sidan")
    no_similar = Pair("No other document has a passage like this one.", "Inget annat dokument har ett liknande textställe.")
    in_others = Pair("In other documents", "I andra dokument")
    similar_documents = Pair("Similar documents", "Liknande dokument")
    the_passage = Pair("The passage", "Textstället")
    page_not_found = Pair("The document has no page {n}.", "Dokumentet har ingen sida {n}.")
    bad_place = Pair("This link does not point to a place in the document.", "Länken pekar inte på en plats i dokumentet.")
    previous_page = Pair("Previous page", "Föregående sida")
    next_page = Pair("Next page", "Nästa sida")
    page_of = Pair("{page} of {n}", "{page} av {n}")
    page_short = Pair("p. {label}", "s. {label}")
    pdf_page = Pair("PDF page {n}", "PDF-sida {n}")
    page_both = Pair("p. {label} (PDF page {n})", "s. {label} (PDF-sida {n})")
    slide = Pair("slide {n}", "bild {n}")
    whole_text = Pair("full text", "hela texten")
    open_original = Pair("Open original", "Öppna originalet")
    download_original = Pair("Download original", "Hämta originalet")
    zoom = Pair("Zoom", "Zoom")
    fit = Pair("Fit", "Anpassa")
    page_image = Pair("Page image: {page} of {title}", "Sidbild: {page} av {title}")
    page_text = Pair("Text of this page", "Sidans text")
    no_text = Pair("This page has no readable text. It cannot be searched.", "Sidan saknar läsbar text. Den går inte att söka i.")
    blank_page = Pair("This page is blank.", "Sidan är tom.")
    source_gone = Pair(
        "The original file has been moved, removed or changed since it was read. This is the text as it was read.",
        "Originalfilen har flyttats, tagits bort eller ändrats sedan den lästes. Detta är texten som den lästes.",
    )
    source_missing = Pair(
        "The original file has been moved, removed or changed since it was read.",
        "Originalfilen har flyttats, tagits bort eller ändrats sedan den lästes.",
    )
    changed_since = Pair(
        "The document has changed since this link was made. The marked place may be another.",
        "Dokumentet har ändrats sedan länken gjordes. Det markerade stället kan vara ett annat.",
    )
    no_image = Pair("The page image could not be made.", "Sidbilden kunde inte göras.")
    no_boxes = Pair(
        "The words cannot be marked on this page image; they are marked in the text below it.",
        "Orden kan inte markeras på sidbilden; de är markerade i texten under den.",
    )
    text_shortened = Pair("Only the part around the passage is shown.", "Bara delen kring textstället visas.")

    # Library
    add_title = Pair("Add reports", "Lägg till rapporter")
    add_more = Pair(
        "PDF, Word, PowerPoint, HTML, Markdown or text; several at once. They are kept in {corpus}.",
        "PDF, Word, PowerPoint, HTML, Markdown eller text; flera på en gång. De sparas i {corpus}.",
    )
    choose_files = Pair("Choose files", "Välj filer")
    drop_files = Pair("Drop files here, or press to choose", "Släpp filer här, eller tryck för att välja")
    sync = Pair("Bring the library into step", "Uppdatera biblioteket")
    sync_more = Pair(
        "Reads what is new or changed in {corpus}, and lets go of what was removed.",
        "Läser det som är nytt eller ändrat i {corpus} och släpper det som tagits bort.",
    )
    documents_title = Pair("Documents", "Dokument")
    title = Pair("Title", "Titel")
    city_head = Pair("City", "Stad")
    kind_head = Pair("Kind", "Typ")
    date_head = Pair("Date", "Datum")
    language_head = Pair("Language", "Språk")
    handling_head = Pair("Handling", "Hantering")
    pages_head = Pair("Pages", "Sidor")
    without_head = Pair("Without text", "Utan text")
    passages_head = Pair("Passages", "Textställen")
    no_documents = Pair("No documents yet.", "Inga dokument än.")
    problems_title = Pair("Not, or not wholly, searchable", "Inte, eller bara delvis, sökbara")
    no_problems = Pair("Every file could be read to the last page.", "Alla filer kunde läsas till sista sidan.")
    file_head = Pair("File", "Fil")
    outcome_head = Pair("Outcome", "Utfall")
    reason_head = Pair("Reason", "Orsak")
    when_head = Pair("When", "När")
    added = Pair("added", "tillagd")
    changed = Pair("changed", "ändrad")
    unchanged = Pair("unchanged", "oförändrad")
    partial = Pair("partly readable", "delvis läsbar")
    failed = Pair("failed", "misslyckades")
    removed = Pair("removed", "borttagen")
    refused = Pair("not accepted", "ej mottagen")
    reading_files = Pair("Reading", "Läser")
    waiting_turn = Pair("Waiting for the reading that is already under way.", "Väntar på den inläsning som redan pågår.")
    read_done = Pair("Done in {n} s", "Klart på {n} s")
    read_some_failed = Pair("Done in {n} s, but not everything could be read", "Klart på {n} s, men allt kunde inte läsas")
    read_stopped = Pair("The reading stopped: {reason}", "Inläsningen avbröts: {reason}")
    not_editor = Pair("You may read, but not change the library.", "Du får läsa, men inte ändra biblioteket.")
    nothing_kept = Pair("Nothing was added", "Inget lades till")
    no_corpus = Pair("The folder {corpus} does not exist yet.", "Mappen {corpus} finns inte än.")
    name_hidden = Pair("Names that begin with a full stop are not accepted.", "Namn som börjar med punkt tas inte emot.")
    name_empty = Pair("The file has no usable name.", "Filen har inget användbart namn.")
    not_saved = Pair("It could not be saved: {reason}", "Den kunde inte sparas: {reason}")

    # Index
    index_title = Pair("The index", "Indexet")
    not_serving = Pair("No index yet", "Inget index än")
    generation = Pair("Generation", "Generation")
    model = Pair("Model", "Modell")
    model_languages = Pair("The model knows", "Modellen kan")
    library_languages = Pair("The library holds", "Biblioteket innehåller")
    any_language = Pair("many languages", "många språk")
    passages_share = Pair("{language} {share} %", "{language} {share} %")
    language_gap = Pair(
        "{share} % of the passages are in a language the model does not know ({languages}). They are found by their "
        "words, but poorly by meaning. A rebuild with a multilingual model mends this:",
        "{share} % av textställena är på ett språk som modellen inte kan ({languages}). De hittas genom sina ord, men "
        "dåligt genom betydelse. En ombyggnad med en flerspråkig modell avhjälper det:",
    )
    in_delta = Pair("Added since the last rebuild", "Tillkommet sedan senaste ombyggnaden")
    size = Pair("Size on disk", "Storlek på disk")
    created = Pair("Built", "Byggt")
    unread_pages = Pair("Pages without readable text", "Sidor utan läsbar text")
    failed_files = Pair("Files that could not be read", "Filer som inte kunde läsas")
    writer = Pair("Writing now", "Skriver nu")
    rebuild = Pair("Rebuild the index", "Bygg om indexet")
    rebuild_more = Pair(
        "Makes a new index beside the old one, which answers until the new one is whole.",
        "Gör ett nytt index bredvid det gamla, som svarar tills det nya är helt.",
    )
    rebuilding = Pair("Rebuilding…", "Bygger om…")
    rebuild_done = Pair("The new index is in use", "Det nya indexet är i bruk")
    rebuild_some_failed = Pair("Rebuilt, but something failed", "Ombyggt, men något misslyckades")
    rebuild_stopped = Pair("Nothing was changed: {reason}", "Inget ändrades: {reason}")
    phase_progress = Pair("{phase}: {done} of {total}", "{phase}: {done} av {total}")
    no_reason = Pair("it ended without saying why (code {code})", "den slutade utan att säga varför (kod {code})")

    # Counted things
    documents_n = Count(("{n} document", "{n} documents"), ("{n} dokument", "{n} dokument"))
    passages_n = Count(("{n} passage", "{n} passages"), ("{n} textställe", "{n} textställen"))
    pages_n = Count(("{n} page", "{n} pages"), ("{n} sida", "{n} sidor"))
    more_n = Count(
        ("{n} more from this document", "{n} more from this document"), ("{n} till ur dokumentet", "{n} till ur dokumentet")
    )
    dimensions_n = Count(("{n} dimension", "{n} dimensions"), ("{n} dimension", "{n} dimensioner"))

    def count(self, noun: Count, n: int) -> str:
        """`words.count(words.documents_n, 17)`: "17 documents"."""
        one, many = noun.sv if self.language == "sv" else noun.en
        return (one if n == 1 else many).format(n=self.number(n))

    def number(self, n: int) -> str:
        """Write a whole number with its thousands set apart: 3,204 in English, 3 204 in Swedish."""
        return f"{n:,}".replace(",", "\N{NO-BREAK SPACE}") if self.language == "sv" else f"{n:,}"

    def decimal(self, value: float, places: int) -> str:
        """Write a decimal number: 0.09 in English, 0,09 in Swedish."""
        plain = f"{value:.{places}f}"
        return plain.replace(".", ",") if self.language == "sv" else plain


def every_pair() -> Iterator[tuple[str, Pair]]:
    """All texts with their names, for the test that looks for missing translations."""
    for name, value in vars(Words).items():
        if isinstance(value, Pair):
            yield name, value


def every_count() -> Iterator[tuple[str, Count]]:
    """All counted nouns with their names."""
    for name, value in vars(Words).items():
        if isinstance(value, Count):
            yield name, value
