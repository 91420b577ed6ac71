"""What the Follow room says."""

from ui.say import Count, Pair, Spoken


class FollowWords(Spoken):
    """What the Follow room says."""

    follow = Pair("Follow", "Bevaka")
    follow_title = Pair("Standing questions", "Bevakade frågor")
    new_n = Count(("{n} new passage", "{n} new passages"), ("{n} nytt textställe", "{n} nya textställen"))
    standing_n = Count(("{n} question followed", "{n} questions followed"), ("{n} bevakad fråga", "{n} bevakade frågor"))
    with_news = Pair("something new for {n}", "något nytt för {n}")
    no_news = Pair("nothing new", "inget nytt")
    new_since = Pair("{passages} from {documents} since {date}", "{passages} ur {documents} sedan {date}")
    nothing_new_since = Pair("Nothing new since {date}", "Inget nytt sedan {date}")
    followed_since = Pair("Followed since {date}", "Bevakad sedan {date}")
    quiet_questions = Pair("Nothing new", "Inget nytt")
    not_looked = Pair("Waiting for the model", "Väntar på modellen")
    ask_in_full = Pair("Ask in full", "Visa hela svaret")
    mark_seen = Pair("Mark as seen", "Markera som läst")
    mark_all_seen = Pair("Mark all as seen", "Markera allt som läst")
    stop_following = Pair("Stop following", "Sluta bevaka")
    stopped_following = Pair("You no longer follow “{question}”.", "Du bevakar inte längre ”{question}”.")
    now_following = Pair(
        "You now follow “{question}”. What comes into the library from now on, and answers it, is shown here.",
        "Nu bevakar du ”{question}”. Det som kommer in i biblioteket från och med nu, och som svarar på den, visas här.",
    )
    own_words_only = Pair("your own words only", "bara dina egna ord")
    passage_n = Pair("Passage {n}", "Textställe {n}")
    follow_loading = Pair(
        "The model is loading. What is new is shown as soon as it is ready.",
        "Modellen läses in. Det som är nytt visas så snart den är klar.",
    )
    nothing_followed = Pair("You follow no question yet", "Du bevakar ingen fråga än")
    nothing_followed_lead = Pair(
        "Ask once, and be told. A question that you follow is put to every report that comes in, and what answers it is laid "
        "out here, with document and page.",
        "Fråga en gång och få veta när något nytt kommer. En fråga som du bevakar ställs till varje ny rapport, och det som "
        "svarar på den läggs fram här, med dokument och sida.",
    )
    follow_first = Pair(
        "Ask a question, with the filters you want, and choose “{follow}” under the answer.",
        "Ställ en fråga, med de filter du vill ha, och välj ”{follow}” under svaret.",
    )
    follow_second = Pair(
        "When reports have been added, the number beside Follow tells how many new passages answer your questions.",
        "När rapporter har lagts till visar siffran bredvid Bevaka hur många nya textställen som svarar på dina frågor.",
    )
    follow_third = Pair(
        "Read them, keep what you need, save a digest for others, and mark them as seen.",
        "Läs dem, spara det du behöver, spara en sammanfattning åt andra och markera dem som lästa.",
    )
    no_question_to_follow = Pair("There is no question to follow", "Det finns ingen fråga att bevaka")
    no_question_to_follow_more = Pair("Ask one in the Ask room first.", "Ställ en i rummet Fråga först.")
    no_such_followed = Pair("You do not follow this question", "Du bevakar inte den här frågan")
    no_such_followed_more = Pair("It may have been let go in another window.", "Den kan ha tagits bort i ett annat fönster.")
    nothing_new_to_save = Pair("There is nothing new to save", "Det finns inget nytt att spara")
    nothing_new_to_save_more = Pair(
        "A digest holds what is new for the questions you follow.",
        "En sammanfattning innehåller det som är nytt för frågorna du bevakar.",
    )
    to_standing = Pair("To your standing questions", "Till dina bevakade frågor")

    # In what is saved
    digest_title = Pair("New for your standing questions", "Nytt för dina bevakade frågor")
    digest_by = Pair("Digest made in Källa by {who}, {when}", "Sammanfattning gjord i Källa av {who}, {when}")
    filters_head = Pair("Filters", "Filter")
    since_head = Pair("New since", "Nytt sedan")
