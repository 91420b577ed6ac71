"""What the Index room says."""

from ui.say import Pair, Spoken


class IndexWords(Spoken):
    """What the Index room says."""

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
