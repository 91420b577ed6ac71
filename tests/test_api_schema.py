"""schemathesis asks the API, in process and by its own schema, what nobody would: it may not fall, nor answer other than it says."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.core.failures import FailureGroup

from tests.api_kit import HOST, INGEST, Site, fill
from tests.fakes import Shelf

OPERATIONS = (
    ("GET", "/search"), ("GET", "/answer"), ("GET", "/documents"), ("GET", "/documents/{document_id}"),
    ("GET", "/documents/{document_id}/pages/{number}"), ("GET", "/passages/{passage_id}"), ("GET", "/me"), ("POST", "/ingest"),
    ("GET", "/ingest/{number}"),
)  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    with pytest.MonkeyPatch.context() as patch:
        shelf = fill(Shelf(tmp_path_factory.mktemp("docs"), tmp_path_factory.mktemp("data"), patch))
        site = Site(shelf, tmp_path_factory.mktemp("people") / "data")
        yield site
        site.close()


@pytest.fixture(scope="module")
def headers(site: Site) -> dict[str, str]:
    return {"Authorization": f"Bearer {site.token('ed', *INGEST)}", "Host": "127.0.0.1"}


@pytest.fixture(scope="module")
def schema(site: Site, headers: dict[str, str]) -> Any:
    return schemathesis.openapi.from_asgi("/api/v1/openapi.json", site.app, headers=headers)


def test_all_operations_are_asked(schema: Any) -> None:
    described = {(found.ok().method.upper(), found.ok().path) for found in schema.get_all_operations()}
    assert described == set(OPERATIONS)


def ask(schema: Any, headers: dict[str, str], method: str, path: str, most: int = 25) -> set[int]:
    """Ask an operation what its schema allows and what it does not; the statuses of the answers. Raises where one is wrong."""
    operation, statuses = schema[path][method], set()

    @settings(
        max_examples=most, deadline=None, derandomize=True, database=None, phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=st.one_of(*(operation.as_strategy(mode) for mode in GenerationMode)))
    def once(case: schemathesis.Case) -> None:
        statuses.add(case.call_and_validate(base_url=f"{HOST}/api/v1", headers=headers).status_code)

    once()
    return statuses


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_it_answers_as_it_says(schema: Any, headers: dict[str, str], method: str, path: str) -> None:
    statuses = ask(schema, headers, method, path)
    assert statuses & {200, 202, 404} and statuses & {400, 401, 422} and statuses <= {200, 202, 400, 401, 404, 422}


def test_it_would_be_noticed_if_it_did_not(schema: Any, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(*_: Any, **__: Any) -> None:
        raise ValueError

    monkeypatch.setattr("index.library.Library.documents", wrong)
    with pytest.raises(FailureGroup, match="Server error"):
        ask(schema, headers, "GET", "/documents", 5)
    monkeypatch.setattr("index.library.Library.documents", lambda *_: [])
    monkeypatch.setattr("api.entry.Entry._of", lambda entry, _: entry._gate.tokens.find(headers["Authorization"][7:]))
    with pytest.raises(FailureGroup, match=r"[Aa]uth"):
        ask(schema, headers, "GET", "/documents", 15)
