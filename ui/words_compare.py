"""What the Compare room says."""

from ui.say import Count, Pair, Spoken


class CompareWords(Spoken):
    """What the Compare room says."""

    compare = Pair("Compare", "Jämför")
    compare_title = Pair("One question, side by side", "En fråga, sida vid sida")
    compare_lead = Pair(
        "Put the same question to every city, and read what each of them says in its own words: the sentence that answers, "
        "the passage it stands in, and the page it is printed on. Where a city has nothing to say, you are told that too.",
        "Ställ samma fråga till varje stad och läs vad var och en säger med egna ord: meningen som svarar, textstället där "
        "den står och sidan där den är tryckt. Har en stad inget att säga får du veta det också.",
    )
    compare_question = Pair("The question that all of them get", "Frågan som ställs till alla")
    compare_hint = Pair("Ask all of them the same question", "Ställ samma fråga till alla")
    compare_of = Pair("Compare: {question}", "Jämför: {question}")
    compare_by = Pair("Side by side:", "Sida vid sida:")
    compare_examples = Pair("For instance", "Till exempel")
    compare_columns = Pair("What each of them says", "Vad var och en säger")
    by_city = Pair("cities", "städer")
    by_organisation = Pair("organisations", "organisationer")
    by_kind = Pair("kinds of document", "dokumenttyper")
    by_year = Pair("years", "år")
    by_theme = Pair("themes", "teman")
    by_language = Pair("languages", "språk")

    cities_n = Count(("{n} city", "{n} cities"), ("{n} stad", "{n} städer"))
    organisations_n = Count(("{n} organisation", "{n} organisations"), ("{n} organisation", "{n} organisationer"))
    kinds_n = Count(("{n} kind of document", "{n} kinds of document"), ("{n} dokumenttyp", "{n} dokumenttyper"))
    years_n = Count(("{n} year", "{n} years"), ("{n} år", "{n} år"))
    themes_n = Count(("{n} theme", "{n} themes"), ("{n} tema", "{n} teman"))
    languages_n = Count(("{n} language", "{n} languages"), ("{n} språk", "{n} språk"))

    chosen_of = Pair("{chosen} of {all}", "{chosen} av {all}")
    choose_others = Pair("Choose what to compare", "Välj vad som jämförs")
    choose_most = Pair("Up to {n} at once.", "Högst {n} åt gången.")
    compare_these = Pair("Compare these", "Jämför dessa")
    left_out = Pair("At most {n} are compared at once. Left out: {values}.", "Högst {n} jämförs åt gången. Inte med: {values}.")

    evidence_from = Pair("Evidence from {n} of {all}", "Belägg från {n} av {all}")
    evidence_kind = Pair("Evidence in {n} of {all}", "Belägg i {n} av {all}")
    evidence_theme = Pair("Evidence on {n} of {all}", "Belägg inom {n} av {all}")
    evidence_language = Pair("Evidence in {n} of {all}", "Belägg på {n} av {all}")
    none_from = Pair("No evidence from {value} in this library", "Inga belägg från {value} i biblioteket")
    none_kind = Pair(
        "No evidence in this library in documents of the kind {value}", "Inga belägg i bibliotekets dokument av typen {value}"
    )
    none_theme = Pair("No evidence in this library on the theme {value}", "Inga belägg i biblioteket inom temat {value}")
    none_language = Pair("No evidence in this library in {value}", "Inga belägg i biblioteket på {value}")
    absent_from = Pair("No documents from {value}", "Inga dokument från {value}")
    absent_kind = Pair("No documents of the kind {value}", "Inga dokument av typen {value}")
    absent_theme = Pair("No documents on the theme {value}", "Inga dokument inom temat {value}")
    absent_language = Pair("No documents in {value}", "Inga dokument på {value}")
    nameless_city = Count(
        ("{n} document names no city", "{n} documents name no city"),
        ("{n} dokument anger ingen stad", "{n} dokument anger ingen stad"),
    )
    nameless_organisation = Count(
        ("{n} document names no organisation", "{n} documents name no organisation"),
        ("{n} dokument anger ingen organisation", "{n} dokument anger ingen organisation"),
    )
    nameless_kind = Count(
        ("{n} document has no kind", "{n} documents have no kind"), ("{n} dokument saknar typ", "{n} dokument saknar typ")
    )
    nameless_year = Count(
        ("{n} document has no date", "{n} documents have no date"), ("{n} dokument saknar datum", "{n} dokument saknar datum")
    )
    nameless_theme = Count(
        ("{n} document has no theme", "{n} documents have no theme"), ("{n} dokument saknar tema", "{n} dokument saknar tema")
    )
    nameless_language = Count(
        ("The language of {n} document is not known", "The language of {n} documents is not known"),
        ("Språket är okänt för {n} dokument", "Språket är okänt för {n} dokument"),
    )
    nameless_more = Pair("They stand in no column.", "De står inte i någon spalt.")
    unattributed_n = Count(
        ("{n} document may not be attributed", "{n} documents may not be attributed"),
        ("{n} dokument får inte tillskrivas någon", "{n} dokument får inte tillskrivas någon"),
    )
    unattributed_more = Pair("Its organisation is not named here.", "Organisationen bakom nämns inte här.")
    elsewhere_n = Count(
        ("{n} document belongs to none of these columns", "{n} documents belong to none of these columns"),
        ("{n} dokument hör inte till någon av spalterna", "{n} dokument hör inte till någon av spalterna"),
    )

    no_evidence = Pair("no evidence", "inga belägg")
    no_documents_here = Pair("no documents", "inga dokument")
    faint = Pair("weaker evidence", "svagare belägg")
    has_evidence = Pair("evidence", "belägg")
    faint_more = Pair(
        "touches on the question, but comes much less close to it than the first column does.",
        "rör frågan, men ligger mycket längre från den än den första spalten.",
    )
    faint_more_year = Pair(
        "touches on the question, but comes much less close to it than the strongest year does.",
        "rör frågan, men ligger mycket längre från den än det starkaste året.",
    )
    without_evidence = Pair("Without evidence", "Utan belägg")
    none_at_all = Pair("None of them answers this", "Ingen av dem besvarar detta")
    none_at_all_more = Pair(
        "No sentence comes close enough to be evidence. Other words may find it, or others to compare.",
        "Ingen mening ligger tillräckligt nära för att vara ett belägg. Andra ord kan hjälpa, eller ett annat urval.",
    )
    nearest_here = Pair("The nearest passage, which does not answer", "Det närmaste textstället, som inte svarar")
    more_passages_n = Count(("{n} more passage", "{n} more passages"), ("{n} textställe till", "{n} textställen till"))
    also_of = Pair("also {values}", "även {values}")
    more_from = Pair("Go on in Ask: {value}", "Fortsätt i Fråga: {value}")
    new_tab = Pair("opens in a new tab", "öppnas i en ny flik")
    narrowed_by_words = Pair(
        "Your question holds a filter of its own, such as city:London. Passages that it brought into other columns were "
        "taken out; leave the filter out to compare fairly.",
        "Frågan innehåller ett eget filter, till exempel stad:London. Textställen som det förde in i andra spalter har "
        "tagits bort; utan filtret blir jämförelsen rättvis.",
    )
    searched_each = Pair(
        "Searched {documents}, {passages}, each column by itself.", "Sökte i {documents}, {passages}, varje spalt för sig."
    )
    no_attribution_note = Pair(
        "Passages that may not be attributed may be used, but not with the name of a speaker, an organisation or a city.",
        "Textställen som inte får tillskrivas någon får användas, men inte med namn på talare, organisation eller stad.",
    )

    nothing_to_compare = Pair("There is nothing to compare yet", "Det finns inget att jämföra än")
    nothing_to_compare_more = Pair(
        "Compare needs documents of at least two cities, organisations, kinds, years, themes or languages. Their metadata "
        "is edited in the Library.",
        "För att jämföra behövs dokument från minst två städer, organisationer, typer, år, teman eller språk. Metadata "
        "redigeras i Bibliotek.",
    )
    compare_loading = Pair(
        "The model is loading. The columns come as soon as it is ready.",
        "Modellen läses in. Spalterna kommer så snart den är klar.",
    )
    look_again = Pair("Look again", "Titta igen")
    compare_no_question = Pair("There is no question to compare", "Det finns ingen fråga att jämföra")
    compare_no_question_more = Pair("Ask one in the Compare room first.", "Ställ en i rummet Jämför först.")
    how_cities = Pair("How do cities handle {theme}?", "Hur hanterar städerna {theme}?")
    how_over_years = Pair("What has been learned about {theme}?", "Vilka lärdomar har dragits om {theme}?")
    over_years = Pair("year by year", "år för år")

    copy_table = Pair("Copy as a table", "Kopiera som tabell")
    copy_sentence = Pair("Copy with reference", "Kopiera med referens")
    export_as = Pair("Save as", "Spara som")
    contains_mark = Pair("Contains {mark}", "Innehåller {mark}")
    compared_by = Pair("Compared in Källa by {who}, {when}", "Jämfört i Källa av {who}, {when}")
    reported_by = Pair("Report made in Källa by {who}, {when}", "Rapport gjord i Källa av {who}, {when}")
    stamp_head = Pair("Made with", "Gjort med")
    found_head = Pair("Found", "Funnet")
    number_head = Pair("No.", "Nr")
    said_head = Pair("Answering words", "Svarande ord")
    passage_head = Pair("Passage", "Textställe")
    reference_head = Pair("Reference", "Referens")
    mark_head = Pair("Handling mark", "Hanteringsmärkning")
    head_city = Pair("City", "Stad")
    head_organisation = Pair("Published by", "Utgivare")
    head_kind = Pair("Kind", "Typ")
    head_year = Pair("Year", "År")
    head_theme = Pair("Theme", "Tema")
    head_language = Pair("Language", "Språk")
    compare_file = Pair("comparison", "jamforelse")
