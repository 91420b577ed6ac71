"""What every room says: names of rooms, and counted things."""

from ui.say import Count, Pair, Spoken


class HouseWords(Spoken):
    """What every room says: names of rooms, and counted things."""

    skip = Pair("To the content", "Till innehållet")
    other_language = Pair("Svenska", "English")
    ask = Pair("Ask", "Fråga")
    library = Pair("Library", "Bibliotek")
    index = Pair("Index", "Index")

    documents_n = Count(("{n} document", "{n} documents"), ("{n} dokument", "{n} dokument"))
    passages_n = Count(("{n} passage", "{n} passages"), ("{n} textställe", "{n} textställen"))
    pages_n = Count(("{n} page", "{n} pages"), ("{n} sida", "{n} sidor"))
    more_n = Count(
        ("{n} more from this document", "{n} more from this document"), ("{n} till ur dokumentet", "{n} till ur dokumentet")
    )
    dimensions_n = Count(("{n} dimension", "{n} dimensions"), ("{n} dimension", "{n} dimensioner"))
    rooms = Pair("Rooms", "Rum")

    body_large = Pair("That is too much at once", "Det är för mycket på en gång")
    body_large_more = Pair(
        "More was sent than is taken here. Send less, or in several parts.",
        "Det skickades mer än vad som tas emot här. Skicka mindre, eller i flera delar.",
    )
    body_slow = Pair("That took too long", "Det tog för lång tid")
    body_slow_more = Pair(
        "What was sent did not arrive in time. Try again, over a better connection if there is one.",
        "Det som skickades kom inte fram i tid. Försök igen, gärna över en bättre förbindelse.",
    )
    too_many = Pair("That was a lot at once", "Det var mycket på en gång")
    too_many_more = Pair(
        "So that there is room for others too, wait {n} seconds, then try again.",
        "För att det ska finnas plats för andra också: vänta {n} sekunder och försök igen.",
    )

    unforeseen = Pair("Something unexpected went wrong", "Något oväntat gick fel")
    unforeseen_more = Pair(
        "Nothing that is stored is lost. Try again; if it comes back, give this number to whoever looks after Källa: {reference}",
        "Inget som sparats har gått förlorat. Försök igen; händer det på nytt, ge numret till den som sköter Källa: {reference}",
    )
