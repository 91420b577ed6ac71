"""How a reason stands in both languages, and what a person can do about it: the advice that many reasons share."""

from typing import NamedTuple

from ui.say import Pair


class Reason(NamedTuple):
    """What the program says in English, in Swedish, and what to do about it; `{name}` stands for what differs."""

    en: str
    sv: str
    advice: Pair | None = None


PASSWORD = Pair(
    "Open it in the program that made it, save a copy without a password, and add that.",
    "Öppna den i programmet som gjorde den, spara en kopia utan lösenord och lägg till den.",
)
BROKEN = Pair(
    "Open it in the program that made it, save it again or as PDF, and add that. If it does not open there either, get a new copy.",
    "Öppna den i programmet som gjorde den, spara den på nytt eller som PDF och lägg till den. Går den inte att öppna där heller, "
    "skaffa en ny kopia.",
)
SCANNED = Pair(
    "Get a version with text in it, or let pages be read by text recognition: install tesseract-ocr with tesseract-ocr-swe and "
    "tesseract-ocr-eng, then bring the library into step again.",
    "Skaffa en version med text i, eller låt sidorna läsas med textigenkänning: installera tesseract-ocr med tesseract-ocr-swe och "
    "tesseract-ocr-eng och uppdatera sedan biblioteket igen.",
)
EMPTY = Pair(
    "Look whether the file is the right one. If its text is in pictures, save it as PDF with text recognition (OCR).",
    "Se efter om det är rätt fil. Står texten i bilder, spara den som PDF med textigenkänning (OCR).",
)
TOO_MUCH = Pair(
    "Split it into smaller files, or save it as a smaller PDF, and add those.",
    "Dela upp den i mindre filer, eller spara den som en mindre PDF, och lägg till dem.",
)
MEMORY = Pair(
    "Close other programs, or split the file into smaller ones, and bring the library into step again.",
    "Stäng andra program, eller dela upp filen i mindre, och uppdatera biblioteket igen.",
)
RIGHTS = Pair(
    "See that the file or folder may be read by the one who runs Källa, then bring the library into step again.",
    "Se till att den som kör Källa får läsa filen eller mappen, och uppdatera sedan biblioteket igen.",
)
DEAD_LINK = Pair("Put the file itself here, or remove the link.", "Lägg själva filen här, eller ta bort länken.")
REMOVE = Pair("Remove it from the folder.", "Ta bort den ur mappen.")
LINES = Pair(
    "Mend these lines in the file, then bring the library into step again. The other lines are searchable.",
    "Rätta raderna i filen och uppdatera sedan biblioteket igen. Övriga rader är sökbara.",
)
AGAIN = Pair("Bring the library into step again.", "Uppdatera biblioteket igen.")
INSTALL = Pair(
    "The installation is not complete: run `make run`, or ask the one who looks after Källa.",
    "Installationen är inte komplett: kör `make run`, eller fråga den som sköter Källa.",
)
MACHINE = Pair(
    "Start Källa again. If that does not help, the machine may be short of memory or processes.",
    "Starta om Källa. Hjälper inte det kan datorn ha ont om minne eller processer.",
)
VERSION = Pair("Tell the one who looks after Källa.", "Säg till den som sköter Källa.")
REBUILD = Pair("Rebuild the index: that makes it anew.", "Bygg om indexet: då görs det på nytt.")
BACKUP = Pair(
    "Rebuild the index. If the check says the same after that, restore the data folder from a backup, or make the library anew.",
    "Bygg om indexet. Säger kontrollen detsamma efteråt, återställ datamappen från en säkerhetskopia, eller gör om biblioteket.",
)
