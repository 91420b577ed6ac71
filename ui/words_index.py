"""What the Index room says."""

from ui.say import Count, Pair, Spoken


class IndexWords(Spoken):
    """What the Index room says."""

    index_title = Pair("The index", "Indexet")
    index_lead = Pair(
        "{documents} and {passages} can be searched, in an index of {moment}.",
        "{documents} och {passages} kan sökas, i ett index från {moment}.",
    )
    not_serving = Pair("No index yet", "Inget index än")
    not_serving_more = Pair(
        "It is made as reports are read. Add some in the Library room.",
        "Det görs när rapporter läses in. Lägg till några i rummet Bibliotek.",
    )
    served_title = Pair("What answers now", "Det som svarar nu")
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
    choose_it = Pair("Change to {model}", "Byt till {model}")
    in_delta = Pair("Added since the last rebuild", "Tillkommet sedan senaste ombyggnaden")
    size = Pair("Size on disk", "Storlek på disk")
    unread_pages = Pair("Pages without readable text", "Sidor utan läsbar text")
    failed_files = Pair("Files that could not be read", "Filer som inte kunde läsas")
    writer = Pair("Writing now", "Skriver nu")

    # The rebuild
    rebuild_title = Pair("Rebuild", "Ombyggnad")
    rebuild = Pair("Rebuild the index", "Bygg om indexet")
    rebuild_more = Pair(
        "Makes a new index beside the old one, which answers until the new one is whole.",
        "Gör ett nytt index bredvid det gamla, som svarar tills det nya är helt.",
    )
    rebuild_busy = Pair(
        "The library is being written now: {who}. A rebuild can begin when that has ended.",
        "Biblioteket skrivs just nu: {who}. En ombyggnad kan börja när det är klart.",
    )
    rebuild_removed_n = Count(
        ("{n} removed file can still be brought back. The rebuild deletes it for good.",
         "{n} removed files can still be brought back. The rebuild deletes them for good."),
        ("{n} borttagen fil kan ännu hämtas tillbaka. Ombyggnaden raderar den för gott.",
         "{n} borttagna filer kan ännu hämtas tillbaka. Ombyggnaden raderar dem för gott."),
    )  # fmt: skip
    rebuilding = Pair("Rebuilding…", "Bygger om…")
    rebuilding_with = Pair("Rebuilding with {model}…", "Bygger om med {model}…")
    preparing = Pair("Preparing the model", "Förbereder modellen")
    old_answers = Pair("Questions are answered by the old index meanwhile.", "Under tiden besvaras frågor av det gamla indexet.")
    phase_progress = Pair("{phase}: {done} of {total} documents", "{phase}: {done} av {total} dokument")
    so_far = Pair("{time} so far", "{time} hittills")
    left_soon = Pair("less than a minute left", "mindre än en minut kvar")
    left_n = Count(("about {n} minute left", "about {n} minutes left"), ("ungefär {n} minut kvar", "ungefär {n} minuter kvar"))
    left_hours = Pair("about {h} h {m} min left", "ungefär {h} tim {m} min kvar")
    stop_rebuild = Pair("Stop the rebuild", "Avbryt ombyggnaden")
    rebuild_done = Pair("The new index is in use", "Det nya indexet är i bruk")
    rebuild_gave = Pair(
        "{documents} and {passages} with {model}, in {time}.", "{documents} och {passages} med {model}, på {time}."
    )
    rebuild_some_failed = Pair(
        "The new index is in use, but its last step failed", "Det nya indexet är i bruk, men sista steget misslyckades"
    )
    rebuild_stopped = Pair("Nothing was changed", "Inget ändrades")
    rebuild_was_stopped = Pair("The rebuild was stopped", "Ombyggnaden avbröts")
    rebuild_was_stopped_more = Pair(
        "The old index answers as before. What was computed is kept: a new rebuild with the same model goes on from there.",
        "Det gamla indexet svarar som förut. Det som beräknats finns kvar: en ny ombyggnad med samma modell fortsätter därifrån.",
    )
    rebuild_stopped_late = Pair(
        "The new index was in use already; only its last steps are missing. The next rebuild makes them good.",
        "Det nya indexet var redan i bruk; bara de sista stegen saknas. Nästa ombyggnad tar igen dem.",
    )
    ended_at = Pair("Ended {moment}", "Slutade {moment}")
    no_reason = Pair("it ended without saying why (code {code})", "den slutade utan att säga varför (kod {code})")
    reload_room = Pair("See how far it has come", "Se hur långt det har kommit")

    # The model
    model_title = Pair("Change the model", "Byt modell")
    model_lead = Pair(
        "A model turns passages and questions into meaning, so that they are found in other words than their own. With another "
        "model the whole library is read anew.",
        "En modell gör betydelse av textställen och frågor, så att de hittas med andra ord än sina egna. Med en annan modell "
        "läses hela biblioteket på nytt.",
    )
    model_label = Pair(
        "Its name on the model hub, or a folder on this machine", "Dess namn på modellhubben, eller en mapp på den här datorn"
    )
    model_known = Pair(
        "{model} knows about a hundred languages, Swedish and English among them. It is fetched once from the internet (about "
        "0.5 GB, and 0.6 GB on the disk) and reads the library about half as fast as the packaged model.",
        "{model} kan omkring hundra språk, däribland svenska och engelska. Den hämtas en gång från internet (ungefär 0,5 GB, "
        "och 0,6 GB på disken) och läser biblioteket ungefär hälften så fort som den medföljande modellen.",
    )
    model_offline = Pair(
        "Without the internet: copy the model’s folder to this machine, and write its path. If the model cannot be had, nothing "
        "is changed.",
        "Utan internet: kopiera modellens mapp till den här datorn och skriv dess sökväg. Går modellen inte att få ändras inget.",
    )
    model_button = Pair("Rebuild with this model", "Bygg om med den här modellen")
    model_bad = Pair("This cannot be the name of a model", "Det här kan inte vara namnet på en modell")
    model_bad_more = Pair(
        "Write a name such as {model}, or the path of a folder.", "Skriv ett namn som {model}, eller sökvägen till en mapp."
    )
    under_way = Pair("A rebuild is already under way", "En ombyggnad pågår redan")
    under_way_more = Pair(
        "The model can be changed when it has ended, or has been stopped.",
        "Modellen kan bytas när den är klar, eller har avbrutits.",
    )

    # The check
    check_title = Pair("Check", "Kontroll")
    check_lead = Pair(
        "Holds every passage, page, vector and source file against what was read, to the last character. Nothing is changed.",
        "Jämför varje textställe, sida, vektor och källfil med det som lästes, in till sista tecknet. Inget ändras.",
    )
    check_button = Pair("Check everything", "Kontrollera allt")
    checking = Pair("Checking…", "Kontrollerar…")
    check_holds = Pair("All holds: {documents}, {passages}, {files}", "Allt stämmer: {documents}, {passages}, {files}")
    check_all_holds = Pair("All holds", "Allt stämmer")
    check_problems_n = Count(
        ("{n} thing does not hold", "{n} things do not hold"), ("{n} sak stämmer inte", "{n} saker stämmer inte")
    )
    check_more_n = Count(("{n} more is not shown", "{n} more are not shown"), ("{n} till visas inte", "{n} till visas inte"))
    check_never = Pair("Not checked since Källa was started.", "Inte kontrollerat sedan Källa startades.")
    check_last = Pair("Checked {moment}, in {time}", "Kontrollerat {moment}, på {time}")
    check_stopped = Pair("The check was stopped before its end", "Kontrollen avbröts före slutet")
    check_failed = Pair("The check could not be done", "Kontrollen kunde inte göras")
    stop_check = Pair("Stop the check", "Avbryt kontrollen")
    check_lines = Pair("What does not hold", "Det som inte stämmer")

    # Questions that found nothing
    unanswered_title = Pair("Questions that found nothing", "Frågor utan svar")
    unanswered_lead = Pair(
        "What you asked and the library did not answer. They show what is missing from it. They are kept on this machine only, "
        "and sent to nobody.",
        "Det du frågade och biblioteket inte besvarade. De visar vad som saknas i det. De sparas bara på den här datorn och "
        "skickas inte till någon.",
    )
    unanswered_none = Pair("No question has been left without an answer.", "Ingen fråga har blivit utan svar.")
    unanswered_all = Pair("Show all {n}", "Visa alla {n}")
    times_n = Count(("{n} time", "{n} times"), ("{n} gång", "{n} gånger"))
    asked_last = Pair("{times}, last {moment}", "{times}, senast {moment}")
    forget = Pair("Forget all…", "Glöm alla…")
    forget_sure_n = Count(("Forget {n} question", "Forget {n} questions"), ("Glöm {n} fråga", "Glöm {n} frågor"))
    forget_more = Pair("This cannot be undone.", "Det går inte att ångra.")
    index_no_part = Pair("There is nothing at this address", "Det finns inget på den här adressen")
    nothing_changed = Pair("Nothing was changed.", "Inget har ändrats.")
