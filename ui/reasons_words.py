"""How a reason stands in both languages, and what a person can do about it: the advice that many reasons share."""

from typing import NamedTuple


class Advice(NamedTuple):
    """What to do, in both languages."""

    en: str
    sv: str


class Reason(NamedTuple):
    """What the program says in English, in Swedish, and what to do about it; `{name}` stands for what differs."""

    en: str
    sv: str
    advice: Advice | None = None


BROKEN = Advice(
    "Open it in the program that made it, save it again or as PDF, and add that. If it does not open there either, get a new "
    "copy.",
    "Öppna den i programmet som gjorde den, spara den på nytt eller som PDF och lägg till den. Går den inte att öppna där "
    "heller, skaffa en ny kopia.",
)
SCANNED = Advice(
    "Get a version with text in it, or let pages be read by text recognition: install tesseract-ocr with tesseract-ocr-swe and "
    "tesseract-ocr-eng, then bring the library into step again.",
    "Skaffa en version med text i, eller låt sidorna läsas med textigenkänning: installera tesseract-ocr med tesseract-ocr-swe "
    "och tesseract-ocr-eng och uppdatera sedan biblioteket igen.",
)
UNREADABLE = Advice(
    "Get a better scan, or a version with text in it, and put that in its place.",
    "Skaffa en bättre inläsning, eller en version med text i, och lägg den i dess ställe.",
)
EMPTY = Advice(
    "Look whether the file is the right one. If its text is in pictures, save it as PDF with text recognition (OCR).",
    "Se efter om det är rätt fil. Står texten i bilder, spara den som PDF med textigenkänning (OCR).",
)
TOO_MUCH = Advice(
    "Split it into smaller files, or save it as a smaller PDF, and add those.",
    "Dela upp den i mindre filer, eller spara den som en mindre PDF, och lägg till dem.",
)
MEMORY = Advice(
    "Close other programs, or split the file into smaller ones, and bring the library into step again.",
    "Stäng andra program, eller dela upp filen i mindre, och uppdatera biblioteket igen.",
)
RIGHTS = Advice(
    "See that the file or folder may be read by the one who runs Källa, then bring the library into step again.",
    "Se till att den som kör Källa får läsa filen eller mappen, och uppdatera sedan biblioteket igen.",
)
DEAD_LINK = Advice("Put the file itself here, or remove the link.", "Lägg själva filen här, eller ta bort länken.")
REMOVE = Advice("Remove it from the folder.", "Ta bort den ur mappen.")
LINES = Advice(
    "Mend these lines in the file, then bring the library into step again. The other lines are searchable.",
    "Rätta raderna i filen och uppdatera sedan biblioteket igen. Övriga rader är sökbara.",
)
AGAIN = Advice("Bring the library into step again.", "Uppdatera biblioteket igen.")
INSTALL = Advice(
    "The installation is not complete: run `make run`, or ask the one who looks after Källa.",
    "Installationen är inte komplett: kör `make run`, eller fråga den som sköter Källa.",
)
MACHINE = Advice(
    "Start Källa again. If that does not help, the machine may be short of memory or processes.",
    "Starta om Källa. Hjälper inte det kan datorn ha ont om minne eller processer.",
)
VERSION = Advice("Tell the one who looks after Källa.", "Säg till den som sköter Källa.")
REBUILD = Advice("Rebuild the index: that makes it anew.", "Bygg om indexet: då görs det på nytt.")
BACKUP = Advice(
    "Rebuild the index. If the check says the same after that, restore the data folder from a backup, or make the library anew.",
    "Bygg om indexet. Säger kontrollen detsamma efteråt, återställ datamappen från en säkerhetskopia, eller gör om biblioteket.",
)
