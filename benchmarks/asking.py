"""The Ask room as its script uses it, without a browser: a question goes into Gradio's queue, and its answer comes from there."""

import http.client
import json
import re
import secrets
from typing import Any

_CONFIG = re.compile(r"window\.gradio_config = (\{.*?\});</script>", re.DOTALL)
_INPUTS = 8  # of the handler of a typed question: the question, five filters, two years
_PATIENCE = 120.0  # seconds


class Page:
    """One visitor of a server of this machine."""

    def __init__(self, port: int, *, wait: bool = True) -> None:
        """`wait`: the page is there already, and is opened."""
        self._port = port
        self._session = secrets.token_hex(6)
        self._handler = self._find() if wait else -1

    def is_ready(self) -> bool:
        """Whether the server would answer a question."""
        try:
            return self.get("/readyz") == 200
        except OSError:
            return False

    def get(self, address: str) -> int:
        """The status of an address."""
        return self._request("GET", address)[0]

    def ask(self, question: str) -> str:
        """The answer to a question, as text without its HTML. Raises RuntimeError where there is none."""
        given = {"data": [question, [], [], [], [], [], "", ""], "fn_index": self._handler, "session_hash": self._session}
        status, said = self._request("POST", "/en/gradio_api/queue/join", json.dumps(given))
        if status != 200:
            raise RuntimeError(f"the queue answered {status}: {said[:200]}")
        _, stream = self._request("GET", f"/en/gradio_api/queue/data?session_hash={self._session}")
        shown = ""
        for line in stream.splitlines():
            event = json.loads(line[6:]) if line.startswith("data: ") else {}
            if event.get("msg") == "process_completed" and not event.get("success"):
                raise RuntimeError(f"a question failed: {line[:300]}")
            if event.get("msg") in ("process_generating", "process_completed"):
                shown = _shown(event, shown)
        if "k-shown" not in shown or "k-bad" in shown:
            raise RuntimeError(f"a question was answered with: {shown[:300]}")
        return re.sub(r"<[^>]*>", "", shown)

    def _find(self) -> int:
        """The number of the handler of a typed question."""
        found = _CONFIG.search(self._request("GET", "/en/")[1])
        if found is None:
            raise RuntimeError("the page is not laid out as it was")
        for handler in json.loads(found[1])["dependencies"]:
            typed = any(event == "submit" for _, event in handler["targets"])
            if typed and len(handler["inputs"]) == _INPUTS:
                return int(handler["id"])
        raise RuntimeError("there is no handler of a typed question")

    def _request(self, method: str, address: str, body: str | None = None) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=_PATIENCE)
        try:
            connection.request(method, address, body, {"Content-Type": "application/json"} if body else {})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()


def _shown(event: dict[str, Any], before: str) -> str:
    """What the first output holds after an event: its text, or what is left of it where only changes are sent."""
    data = event.get("output", {}).get("data") or []
    first = data[0] if data else before
    return first if isinstance(first, str) else before
