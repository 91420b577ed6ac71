"""What accounts, tokens and the library's key say, in both languages."""

from ui.reasons_words import BACKUP, Reason

PEOPLE = (
    Reason("The key {file} is damaged: {n} bytes, not {size}. Put it back from a backup.",
           "Nyckeln {file} är skadad: {n} byte, inte {size}. Lägg tillbaka den från en säkerhetskopia.", BACKUP),
    Reason("The key {file} cannot be used: {why}. Check who may read it.",
           "Nyckeln {file} kan inte användas: {why}. Se över vem som får läsa den."),
    Reason("Your session has ended. Sign in again.", "Din inloggning har gått ut. Logga in igen."),
    Reason("A token needs a name by which you will know it, such as: report script.",
           "En nyckel för program behöver ett namn som du känner igen den på, till exempel: rapportskript."),
    Reason("A token needs something it may do, and an end within 1 to {n} days.",
           "En nyckel för program behöver något den får göra, och ett slut inom 1 till {n} dagar."),
    Reason("You have {n} tokens already. Take one away that is not in use any more.",
           "Du har redan {n} nycklar för program. Ta bort en som inte används längre."),
    Reason("There is no user {name}. Those there are: users list", "Det finns ingen användare {name}. De som finns: users list"),
    Reason("There is a user {name} already. To change them: users change {other}",
           "Det finns redan en användare {name}. För att ändra: users change {other}"),
    Reason("A name has 1 to {n} characters, such as anna.berg", "Ett namn har 1 till {n} tecken, till exempel anna.berg"),
    Reason("The name local stands for the one at this machine while there are no users. Choose another.",
           "Namnet local står för den som sitter vid maskinen när det inte finns några användare. Välj ett annat."),
    Reason("A password has {n} to {most} characters. Several words that only you put together do well.",
           "Ett lösenord har {n} till {most} tecken. Flera ord som bara du sätter ihop går bra."),
    Reason("This password is too easy to guess. Several words that only you put together do well.",
           "Lösenordet är för lätt att gissa. Flera ord som bara du sätter ihop går bra."),
    Reason("{name} is the last administrator with a password here. Make another one first.",
           "{name} är den sista administratören med lösenord här. Gör någon annan till administratör först."),
    Reason("The first user has to be an administrator, or nobody could add the others: --role admin",
           "Den första användaren måste vara administratör, annars kan ingen lägga till de andra: --role admin"),
    Reason("KALLA_UNMARKED={mark}: not a known mark. It says how documents without a mark are held: {marks}.",
           "KALLA_UNMARKED={mark}: ingen känd märkning. Den säger hur dokument utan märkning hanteras: {marks}."),
)  # fmt: skip
