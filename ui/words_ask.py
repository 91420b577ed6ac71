"""What the Ask room says."""

from ui.say import Count, Pair, Spoken


class AskWords(Spoken):
    """What the Ask room says."""

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
    latest = Pair("Latest in the library", "Senast i biblioteket")
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
    superseded_by = Pair("superseded by {edition}", "ersatt av {edition}")
    copy_of = Pair("the same text as {edition}", "samma text som {edition}")
    name_withheld = Pair("[name withheld]", "[namn utelämnat]")
    unmarked = Pair("unmarked, handled as", "omärkt, hanteras som")
    no_attribution = Pair("may not be attributed", "får inte tillskrivas någon")
    could_not = Pair(
        "{documents} with pages without readable text ({pages}) could not be searched wholly.",
        "{documents} med sidor utan läsbar text ({pages}) kunde inte sökas helt.",
    )
    searched = Pair("Searched {documents}, {passages}.", "Sökte i {documents}, {passages}.")
    older_left_n = Count(
        ("{n} older edition or copy was left out.", "{n} older editions or copies were left out."),
        ("{n} äldre utgåva eller kopia togs inte med.", "{n} äldre utgåvor eller kopior togs inte med."),
    )
    with_older = Pair("Search them too", "Sök även i dem")
    older_asked = Pair("Older editions and copies were searched too.", "Även äldre utgåvor och kopior genomsöktes.")
    without_older = Pair("Leave them out", "Ta inte med dem")
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
    unexpected = Pair("something unexpected went wrong, number {reference}", "något oväntat gick fel, nummer {reference}")
    library_failed = Pair("The library cannot be opened", "Biblioteket kan inte öppnas")
    question_long = Pair("The question is too long: at most {n} characters.", "Frågan är för lång: högst {n} tecken.")

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
    how_editions = Pair("editions:all", "utgåvor:alla")
    how_editions_does = Pair("older editions and copies too", "även äldre utgåvor och kopior")
    how_language_does = Pair("in this language", "på det här språket")

    # What can be done with an answer
    copy_answer = Pair("Copy with references", "Kopiera med referenser")
    copy_citation = Pair("Copy citation", "Kopiera citatet")
    copied = Pair("Copied, with its reference", "Kopierat, med referens")
    not_copied = Pair(
        "The browser did not allow copying. Mark the words and copy them by hand.",
        "Webbläsaren tillät inte kopiering. Markera orden och kopiera dem för hand.",
    )
    keep = Pair("Keep", "Spara")
    keep_all = Pair("Keep all", "Spara alla")
    kept_now = Pair("Kept under Collected", "Sparat under Samlat")
    not_kept = Pair(
        "It could not be kept. Is Källa still running? Try again.", "Det gick inte att spara. Är Källa igång? Försök igen."
    )
    compare_cities = Pair("Compare cities", "Jämför städer")
    follow_this = Pair("Follow this question", "Bevaka frågan")
    which_ones = Pair("Which ones", "Vilka")
    handling_filter = Pair("handling", "hantering")
    lost_connection = Pair(
        "The connection to Källa is lost. What you see stays; it goes on when Källa is running again.",
        "Kontakten med Källa är bruten. Det du ser står kvar; det fortsätter när Källa är igång igen.",
    )
    needs_script = Pair(
        "Asking needs JavaScript. The other rooms work without it.", "Frågorna kräver JavaScript. De andra rummen fungerar utan."
    )
