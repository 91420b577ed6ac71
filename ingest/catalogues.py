"""The catalogue that describes a file: the nearest `catalogue.csv`, in its folder or one above."""

from pathlib import Path

from ingest.catalogue import NAME, Catalogue, load
from ingest.errors import CatalogueError
from ingest.paths import display


class Catalogues:
    """Catalogues by folder, each read once. Safe to use from several threads: the worst is reading one twice."""

    def __init__(self) -> None:
        self._nearest: dict[Path, tuple[Catalogue, Path] | None] = {}

    def find(self, path: Path) -> tuple[Catalogue, str] | None:
        """The nearest catalogue, and the file's path relative to it. Raises CatalogueError, naming the catalogue."""
        nearest = self._for_folder(path.parent)
        return (nearest[0], path.relative_to(nearest[1]).as_posix()) if nearest else None

    def unmatched(self) -> list[str]:
        """Files that the catalogues read so far name, but that are not there."""
        found = {folder: catalogue for catalogue, folder in filter(None, self._nearest.values())}
        return [
            str(folder / name) for folder, catalogue in found.items() for name in catalogue.files if not (folder / name).exists()
        ]

    def _for_folder(self, folder: Path) -> tuple[Catalogue, Path] | None:
        if folder not in self._nearest:
            own = folder / NAME
            if own.is_file():
                try:
                    self._nearest[folder] = (load(own), folder)
                except CatalogueError as exc:
                    raise CatalogueError(
                        f"{display(own)}: {exc}. Mend it in a spreadsheet, then run the same command again."
                    ) from exc
            else:
                self._nearest[folder] = self._for_folder(folder.parent) if folder != folder.parent else None
        return self._nearest[folder]
