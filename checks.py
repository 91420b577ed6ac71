#!/usr/bin/env python3
"""What the program is made of: whether any of it is known to be vulnerable, and the list of it for a release.

    python checks.py vulnerabilities    asks a service (osv.dev) about every installed package
    python checks.py sbom FILE          writes what the program needs, as a CycloneDX document; asks nobody

Exit code of the first: 0 where nothing is known, or where the service could not be asked, which is said; 1 where something is.
"""

import json
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from cyclonedx.model.component import Component

FINE, FOUND, WRONG_USE = 0, 1, 2
PROGRAM = "kalla"
_SECONDS = 300
_AUDIT = ("-m", "pip_audit", "--vulnerability-service", "osv", "--format", "json", "--progress-spinner", "off", "--skip-editable")


def main(arguments: Sequence[str]) -> int:
    """Run one of the two."""
    match arguments:
        case ["vulnerabilities"]:
            return vulnerabilities()
        case ["sbom", file]:
            Path(file).write_text(sbom(), "utf-8")
            return FINE
        case ["-h" | "--help"]:
            print(f"usage: python checks.py vulnerabilities | sbom FILE\n\n{__doc__}")
            return FINE
    print("usage: python checks.py vulnerabilities | sbom FILE", file=sys.stderr)
    return WRONG_USE


# -- vulnerabilities


def vulnerabilities() -> int:
    """Ask about all that is installed, and tell what is known of it."""
    try:
        done = subprocess.run([sys.executable, *_AUDIT], capture_output=True, text=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        print(f"Not checked: the vulnerability service did not answer within {_SECONDS} seconds.")
        return FINE
    said, code = read(done.stdout)
    print(said)
    if not done.stdout:
        print(done.stderr.strip().rpartition("\n")[2][:300])
    return code


def read(output: str) -> tuple[str, int]:
    """Read what pip-audit says: what to tell, and the exit code.

    pip-audit 2.10 ends with 1 whether it found something or could not ask, and says that nothing is known where it could ask
    about no package at all: only its JSON tells these apart.
    """
    try:
        packages: list[dict[str, Any]] = json.loads(output)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return "Not checked: the vulnerability service cannot be reached. Where there is a network: make check.", FINE
    asked = [one for one in packages if "skip_reason" not in one]
    known = [(one, vulnerability) for one in asked for vulnerability in one.get("vulns", ())]
    left_out = [str(one["name"]) for one in packages if "skip_reason" in one and one["name"] != PROGRAM]
    lines = [f"{one['name']} {one['version']}: {each['id']}{_mended(each)}" for one, each in known]
    if not asked:
        return f"Not checked: the vulnerability service knows none of the {len(left_out)} packages.", FINE
    lines.append(f"{len(asked)} packages checked, {len(known)} known vulnerabilities.")
    if left_out:
        lines.append(f"Not checked: {', '.join(left_out)}.")
    return "\n".join(lines), FOUND if known else FINE


def _mended(vulnerability: dict[str, Any]) -> str:
    versions = vulnerability.get("fix_versions") or ()
    return f" (mended in {', '.join(versions)})" if versions else ""


# -- the list of what the program is made of


def sbom() -> str:
    """List what the program needs, as it is installed here, without what only its tests need (CycloneDX 1.6, JSON)."""
    from cyclonedx.model.bom import Bom
    from cyclonedx.model.component import Component, ComponentType
    from cyclonedx.output.json import JsonV1Dot6

    needed = requirements()
    parts = {name: _component(name) for name in needed}
    bom = Bom(components=parts.values())
    bom.metadata.component = Component(
        name=PROGRAM, version=_project()["version"], type=ComponentType.APPLICATION, bom_ref=PROGRAM
    )
    bom.register_dependency(bom.metadata.component, [parts[name] for name in _needs(PROGRAM)])
    for name, others in needed.items():
        bom.register_dependency(parts[name], [parts[other] for other in others])
    return JsonV1Dot6(bom).output_as_string(indent=2) + "\n"


def requirements() -> dict[str, tuple[str, ...]]:
    """Name -> the names of what it needs, of all that the program needs, at once or by something else."""
    found: dict[str, tuple[str, ...]] = {}
    waiting = list(_needs(PROGRAM))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = _needs(name)
            waiting += found[name]
    return dict(sorted(found.items()))


def _needs(name: str) -> tuple[str, ...]:
    """What an installed package needs here, with its optional parts that the program asks for."""
    wanted = [one for one in _wanted(name) if one.marker is None or any(map(one.marker.evaluate, _parts(name)))]
    return tuple(sorted({str(canonicalize_name(one.name)) for one in wanted}))


def _parts(name: str) -> list[dict[str, str]]:
    """What markers are held against: the package alone, and with each optional part that the program asks for."""
    asked = () if name == PROGRAM else [one.extras for one in _wanted(PROGRAM) if one.name == name]
    return [{"extra": part} for part in {"", *(part for extras in asked for part in extras)}]


def _wanted(name: str) -> list[Requirement]:
    return [Requirement(line) for line in (_project()["dependencies"] if name == PROGRAM else metadata.requires(name) or ())]


def _project() -> dict[str, Any]:
    """What pyproject.toml says of the program: an installation that is not of today may say something else."""
    project: dict[str, Any] = tomllib.loads(Path(__file__).with_name("pyproject.toml").read_text("utf-8"))["project"]
    return project


def _component(name: str) -> "Component":
    from cyclonedx.contrib.license.factories import LicenseFactory
    from cyclonedx.model.component import Component, ComponentType
    from packageurl import PackageURL

    told, version = metadata.metadata(name), metadata.version(name)
    written = next((told[field] for field in ("License-Expression", "License") if field in told), "")
    licences = [LicenseFactory().make_from_string(written)] if written and "\n" not in written else []
    return Component(
        name=name, version=version, type=ComponentType.LIBRARY, purl=PackageURL("pypi", None, name, version), licenses=licences,
        bom_ref=f"{name}=={version}",
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
