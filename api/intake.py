"""The addresses at which files are taken in, and at which one hears what became of them."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path as File
from tempfile import TemporaryDirectory
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from api import problems, said, shapes
from api.asked import Id, Nothing
from api.house import Asking, House, asking
from api.ports import Kept, Reading
from api.problems import Refused
from index.access import Role
from ui import receiving
from ui.receiving import Received

_REMEMBERED = 100  # readings that can be asked after
_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": f"Each file in a part with a file name, which may hold folders: at most {receiving.MOST_FILES} files and"
        f" {receiving.MOST_BYTES // 1_000_000} MB.",
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["files"],
                    "properties": {"files": {"type": "array", "minItems": 1, "items": {"type": "string", "format": "binary"}}},
                }
            }
        },
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begun:
    """A reading that a token began, with the files that were kept, by their names below the corpus folder."""

    token_id: int
    names: tuple[str, ...]


class Ingests:
    """Takes in files by the page's own checks. What became of them is told to the token that sent them, and to no other."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._lock = threading.Lock()
        self._begun: dict[int, _Begun] = {}

    async def send(self, request: Request, editor: Asking) -> shapes.Ingest:
        """Receive files, keep them, and begin to read them. Raises Refused."""
        house = self._house
        try:
            receiving.check(request.headers)
            await run_in_threadpool(house.uploads.mkdir, parents=True, exist_ok=True)
            with TemporaryDirectory(dir=house.uploads) as folder:
                received = await receiving.receive(request.headers, request.stream(), File(folder))
                return await run_in_threadpool(self._take, received, editor)
        except receiving.TooMuch as exc:
            raise Refused(413, house.intake.refusal("large")) from exc
        except receiving.NoForm as exc:
            raise Refused(400, "Send the files as a form: multipart/form-data, each in a part with a file name.") from exc
        except ClientDisconnect as exc:
            raise Refused(400, "The connection ended before all was there.") from exc
        except OSError as exc:
            raise Refused(507, house.intake.refusal("disk")) from exc

    def told(self, number: int, editor: Asking) -> shapes.Ingest:
        """How a reading stands. Raises Refused: there is none, or it is another's."""
        begun = self._begun.get(number)
        principal = editor.bearer.principal
        reading = self._house.intake.reading(number, principal) if begun and begun.token_id == editor.bearer.token_id else None
        if begun is None or reading is None:
            raise Refused(404, problems.NOT_THERE)
        marks = {info.document_id: info.handling for info in self._house.library.documents(principal)}
        files = [said.taken(one, marks.get(one.document)) for one in reading.outcomes]
        named = {one.name for one in files}
        state = "taken" if reading.done and reading.whole else "waiting"
        files += [said.pending(name, state) for name in begun.names if name not in named]
        return editor.said().ingest(number, files, done=reading.done, reason=_ended(reading, editor))

    def _take(self, received: Sequence[Received], editor: Asking) -> shapes.Ingest:
        if not received:
            raise Refused(400, "No file was sent. Each has to be in a part of the form with a file name.")
        intake, principal = self._house.intake, editor.bearer.principal
        editor.note("upload", address=editor.address, files=str(len(received)))
        kept = [intake.take(one.path, one.name, principal) for one in received]
        names = tuple(dict.fromkeys(one.name for one in kept if not one.refused))
        if not names:
            raise Refused(422, "None of the files was kept: see errors for why.", errors=self._why(kept))
        refused = [(one.name, one.refused) for one in kept if one.refused]
        number = intake.read(names, refused, principal)
        if not number:  # somebody has taken them away meanwhile
            raise Refused(507, intake.refusal(""))
        with self._lock:
            self._begun[number] = _Begun(token_id=editor.bearer.token_id, names=names)
            while len(self._begun) > _REMEMBERED:
                del self._begun[min(self._begun)]
        files = [said.pending(name, "refused", intake.refusal(code)) for name, code in refused]
        return editor.said().ingest(number, [*files, *map(said.pending, names)], done=False)

    def _why(self, kept: Sequence[Kept]) -> list[shapes.Wrong]:
        refusal = self._house.intake.refusal
        return [shapes.Wrong(where=f"body.files.{place}", why=refusal(one.refused)) for place, one in enumerate(kept)]


def make(house: House) -> APIRouter:
    """Make the addresses."""
    router = APIRouter(tags=["ingest"])
    ingests = Ingests(house)

    def editor(found: Annotated[Asking, Depends(asking(house, "ingest"))]) -> Asking:
        if not found.bearer.principal.may_edit:
            found.note("refused", address=found.address)
            raise Refused(403, "Only editors may change the library.")
        return found

    Editor = Annotated[Asking, Depends(editor)]

    @router.post("/ingest", status_code=202, summary="Take in files", responses=problems.SENT, openapi_extra=_FORM)
    async def send(request: Request, response: Response, editor: Editor, _: Nothing) -> shapes.Ingest:
        """Keep files in the corpus folder and begin to read them, by the same checks as in the page.

        For editors whose token has the scope ingest. Ask the address in the header Location until `done`.
        """
        found = await ingests.send(request, editor)
        response.headers["Location"] = f"{request.scope['root_path']}/ingest/{found.ingest}"
        return found

    @router.get("/ingest/{number}", summary="Ask what became of files", responses=problems.NOT_FOUND)
    def told(editor: Editor, number: Id, _: Nothing) -> shapes.Ingest:
        """What became of each file that this token has sent together."""
        return ingests.told(number, editor)

    return router


def _ended(reading: Reading, editor: Asking) -> str:
    """Why a reading came to an early end. The reason may name folders of the server."""
    if not reading.done or reading.whole:
        return ""
    if editor.bearer.principal.role is Role.ADMIN:
        return reading.reason
    return "The reading came to an early end. Send the files again; whoever looks after Källa here can see why."
