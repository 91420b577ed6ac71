"""What the page viewer says."""

from ui.say import Count, Pair, Spoken


class ViewerWords(Spoken):
    """What the page viewer says."""

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
    pages_and_hits = Pair("Pages and hits", "Sidor och träffar")
    hits_in_document = Pair("Hits in this document", "Träffar i dokumentet")
    previous_hit = Pair("Previous hit", "Föregående träff")
    next_hit = Pair("Next hit", "Nästa träff")
    hit_of = Pair("hit {n} of {m}", "träff {n} av {m}")
    hit_on = Pair("Hit {n}, PDF page {page}", "Träff {n}, PDF-sida {page}")
    hits_n = Count(("{n} hit", "{n} hits"), ("{n} träff", "{n} träffar"))
    by_ocr = Pair("read by OCR, {n} % sure", "läst med OCR, {n} % säkert")
    by_ocr_more = Pair(
        "This page is a picture. Its words were read by text recognition (OCR) and may be wrong: compare them with the picture.",
        "Sidan är en bild. Orden har lästs med textigenkänning (OCR) och kan vara fel: jämför dem med bilden.",
    )
