"""Names of things that come from the data: languages, kinds of document, months, phases of a rebuild, outcomes."""

from ui.words import Pair, Words

_LANGUAGES = {
    "en": Pair("English", "engelska"),
    "sv": Pair("Swedish", "svenska"),
    "fr": Pair("French", "franska"),
    "es": Pair("Spanish", "spanska"),
    "ca": Pair("Catalan", "katalanska"),
    "nl": Pair("Dutch", "nederländska"),
    "de": Pair("German", "tyska"),
    "da": Pair("Danish", "danska"),
    "no": Pair("Norwegian", "norska"),
    "nb": Pair("Norwegian", "norska"),
    "nn": Pair("Norwegian (Nynorsk)", "norska (nynorska)"),
    "fi": Pair("Finnish", "finska"),
    "it": Pair("Italian", "italienska"),
    "pt": Pair("Portuguese", "portugisiska"),
    "pl": Pair("Polish", "polska"),
    "ar": Pair("Arabic", "arabiska"),
    "uk": Pair("Ukrainian", "ukrainska"),
    "": Pair("unknown", "okänt"),
    "und": Pair("unknown", "okänt"),
}
_KINDS = {
    "report": Pair("report", "rapport"),
    "policy brief": Pair("policy brief", "policyunderlag"),
    "seminar note": Pair("seminar note", "seminarieanteckning"),
    "exercise report": Pair("exercise report", "övningsrapport"),
    "paper": Pair("paper", "artikel"),
    "web page": Pair("web page", "webbsida"),
    "note": Pair("note", "anteckning"),
    "guide": Pair("guide", "vägledning"),
    "study visit": Pair("study visit", "studiebesök"),
}
_THEMES = {
    "bio threat": Pair("bio threat", "biologiska hot"),
    "chemical": Pair("chemical", "kemiska hot"),
    "community preparedness": Pair("community preparedness", "lokalsamhällets beredskap"),
    "community resilience": Pair("community resilience", "lokalsamhällets motståndskraft"),
    "crowded places": Pair("crowded places", "publika platser"),
    "cyber": Pair("cyber", "cyber"),
    "exercises": Pair("exercises", "övningar"),
    "learning lessons": Pair("learning lessons", "att ta till vara lärdomar"),
    "major events": Pair("major events", "större evenemang"),
    "preparedness": Pair("preparedness", "beredskap"),
    "psychosocial care": Pair("psychosocial care", "psykosocialt stöd"),
    "public warning": Pair("public warning", "varning till allmänheten"),
    "strategic communication": Pair("strategic communication", "strategisk kommunikation"),
    "strategic coordination": Pair("strategic coordination", "strategisk samordning"),
}
_MONTHS = (
    Pair("January", "januari"),
    Pair("February", "februari"),
    Pair("March", "mars"),
    Pair("April", "april"),
    Pair("May", "maj"),
    Pair("June", "juni"),
    Pair("July", "juli"),
    Pair("August", "augusti"),
    Pair("September", "september"),
    Pair("October", "oktober"),
    Pair("November", "november"),
    Pair("December", "december"),
)
_PHASES = {
    "embedding": Pair("Reading for meaning", "Läser in betydelse"),
    "writing vectors": Pair("Writing", "Skriver"),
    "cleaning up": Pair("Cleaning up", "Städar"),
    "measuring the floor": Pair("Measuring when a question counts as answered", "Mäter när en fråga räknas som besvarad"),
}


def language_name(code: str, words: Words) -> str:
    """`sv`: "Swedish"; a code that is not known is shown as it is."""
    pair = _LANGUAGES.get(code.lower())
    return pair.say(words) if pair else code


def known_languages(codes: tuple[str, ...], words: Words) -> str:
    """Say which languages a model knows; "" where it is many ("*") or not known."""
    return "" if "*" in codes else ", ".join(language_name(code, words) for code in codes)


def kind_name(kind: str, words: Words) -> str:
    """Say the kind of a document in the interface's language, where it is one of the usual kinds."""
    pair = _KINDS.get(kind.lower())
    return pair.say(words) if pair else kind


def theme_name(theme: str, words: Words) -> str:
    """Say a theme in the interface's language, where it is one of the network's."""
    pair = _THEMES.get(theme.lower())
    return pair.say(words) if pair else theme


def month_name(month: int, words: Words) -> str:
    """`month`: 1 to 12."""
    return _MONTHS[month - 1].say(words)


def phase_name(phase: str, words: Words) -> str:
    """Say a phase of a rebuild; one that is not known is shown as it is."""
    pair = _PHASES.get(phase.lower())
    return pair.say(words) if pair else phase[:1].upper() + phase[1:]


def outcome_name(outcome: str, words: Words) -> str:
    """Say what became of a file; an outcome that is not known is shown as it is."""
    known = {
        "added": words.added,
        "changed": words.changed,
        "unchanged": words.unchanged,
        "partial": words.partial,
        "failed": words.failed,
        "removed": words.removed,
        "refused": words.refused,
    }
    return known.get(outcome, outcome)


def event_name(event: str, words: Words) -> str:
    """Say an event of the audit trail: what the person of the row did; one that is not known is shown as it is."""
    known = {
        "sign-in": words.event_sign_in, "sign-in failed": words.event_sign_in_failed, "sign-out": words.event_sign_out,
        "search": words.event_search, "document opened": words.event_open, "original downloaded": words.event_download,
        "export": words.event_export, "upload": words.event_upload, "catalogue edited": words.event_edit,
        "document removed": words.event_remove, "document brought back": words.event_bring_back, "ingest": words.event_ingest,
        "rebuild": words.event_rebuild, "user changed": words.event_user, "token changed": words.event_token,
        "refused": words.event_refused,
    }  # fmt: skip
    return known.get(event, event)
