"""What the Index room says of question sets over time."""

from ui.say import Count, Pair, Spoken


class RunsWords(Spoken):
    """What the Index room says of question sets over time."""

    sets_title = Pair("Question sets over time", "Frågesamlingar över tid")
    sets_lead = Pair(
        "Questions of your own, each with the document that answers it, show whether the search gets better or worse with a "
        "model, a rebuild or more reports.",
        "Egna frågor, var och en med dokumentet som besvarar den, visar om sökningen blir bättre eller sämre med en modell, en "
        "ombyggnad eller fler rapporter.",
    )
    sets_none = Pair("No question set has been run yet.", "Ingen frågesamling har körts än.")
    sets_add = Pair("Add a question set", "Lägg till en frågesamling")
    sets_file = Pair("A sheet of questions, saved as CSV", "Ett kalkylblad med frågor, sparat som CSV")
    sets_columns = Pair(
        "Its columns are question, document (a file name or title; several with ;) and, if you like, page (12, 12-14, 3;7). A "
        "sheet of the same name takes the place of the one before, and its runs go on.",
        "Kolumnerna är fråga, dokument (ett filnamn eller en titel; flera med ;) och, om du vill, sida (12, 12-14, 3;7). Ett "
        "blad med samma namn ersätter det förra, och dess körningar fortsätter.",
    )
    sets_ask = Pair("Ask these questions", "Ställ frågorna")
    sets_again = Pair("Run again", "Kör igen")
    sets_gone = Pair("The file is no longer there: it cannot be run again.", "Filen finns inte kvar: den kan inte köras igen.")
    sets_no_file = Pair("No file was chosen", "Ingen fil valdes")
    sets_no_file_more = Pair("Choose a sheet of questions, saved as CSV.", "Välj ett kalkylblad med frågor, sparat som CSV.")
    sets_not_csv = Pair("This is not a CSV file", "Det här är ingen CSV-fil")
    sets_too_large = Pair("The file is too large for a sheet of questions", "Filen är för stor för att vara ett blad med frågor")
    sets_unknown = Pair("There is no such question set", "Det finns ingen sådan frågesamling")
    measuring = Pair("Asking the questions…", "Ställer frågorna…")
    measuring_busy = Pair("Questions are being asked already", "Frågor ställs redan")
    measuring_busy_more = Pair("Wait until that has ended, or stop it.", "Vänta tills det är klart, eller avbryt det.")
    measured = Pair("The questions were asked", "Frågorna har ställts")
    measured_of = Pair("{file}: {found} of {total} found among the first 5, in {time}.",
                       "{file}: {found} av {total} hittades bland de 5 första, på {time}.")  # fmt: skip
    measure_failed = Pair("The questions could not be asked", "Frågorna kunde inte ställas")
    measure_not_kept = Pair(
        "The questions were asked, but this run is not kept", "Frågorna ställdes, men körningen sparades inte"
    )
    measure_stopped = Pair("It was stopped before all questions were asked", "Det avbröts innan alla frågor hade ställts")
    stop_measuring = Pair("Stop asking", "Sluta fråga")

    runs_n = Count(("{n} run", "{n} runs"), ("{n} körning", "{n} körningar"))
    questions_n = Count(("{n} question", "{n} questions"), ("{n} fråga", "{n} frågor"))
    run_last = Pair("last {moment}", "senast {moment}")
    found_first = Pair("found first", "hittade först")
    found_five = Pair("among the first 5", "bland de 5 första")
    found_ten = Pair("among the first 10", "bland de 10 första")
    found_document = Pair("document among the first 5", "dokumentet bland de 5 första")
    found_answered = Pair("answered", "besvarade")
    found_mrr = Pair("mean of 1/place (MRR)", "medel av 1/plats (MRR)")
    found_time = Pair("time a question", "tid per fråga")
    was_before = Pair("was {value}", "var {value}")
    as_before = Pair("as before", "som förut")
    chart_title = Pair(
        "Share of the questions whose answer was found, run by run", "Andel frågor vars svar hittades, körning för körning"
    )
    chart_point = Pair("{share}, {moment}, {model}", "{share}, {moment}, modell {model}")
    all_runs = Pair("All runs and figures", "Alla körningar och siffror")
    questions_head = Pair("Questions", "Frågor")
    mode_head = Pair("Search", "Sökning")
    mode_hybrid = Pair("meaning and words", "betydelse och ord")
    mode_dense = Pair("meaning only", "bara betydelse")
    mode_lexical = Pair("words only", "bara ord")

    changes_title = Pair("Since the run before", "Sedan körningen före")
    changes_none = Pair(
        "Every question has its answer in the same place as before.", "Varje fråga har sitt svar på samma plats som förut."
    )
    changes_first = Pair("The next run will be compared with this one.", "Nästa körning jämförs med den här.")
    kind_gained = Pair("gained", "vunnen")
    kind_lost = Pair("lost", "förlorad")
    kind_better = Pair("better", "bättre")
    kind_worse = Pair("worse", "sämre")
    kind_new = Pair("new", "ny")
    kind_gone = Pair("no longer asked", "ställs inte längre")
    place_from_to = Pair("place {before} → {now}", "plats {before} → {now}")
    place_now = Pair("now at place {now}", "nu på plats {now}")
    place_was = Pair("was at place {before}, now not found", "var på plats {before}, hittas inte nu")
    missed_n = Count(("{n} question does not find its answer", "{n} questions do not find their answer"),
                     ("{n} fråga hittar inte sitt svar", "{n} frågor hittar inte sitt svar"))  # fmt: skip
    missed_document = Pair("its document at place {n}, but not the page", "dess dokument på plats {n}, men inte sidan")
    missed_wholly = Pair("its document is not among the first 10", "dess dokument är inte bland de 10 första")
