"""Makes the pictures that pages show of Packshot's own samples again: `make pictures`, after a change of the studio."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pyvips

HERE = Path(__file__).parent
PHOTOS = HERE.parent / "samples/photos"
IMAGES = HERE / "images"
THUMBNAIL, LARGE = 560, 1120
QUALITY = 82
STYLES = {  # what shows each style best
    "white": "handbag",
    "white-shadow": "sneaker",
    "soft-grey": "lamp",
    "beige": "handbag",
    "marble": "pump-bottle",
    "wood": "kettle",
    "concrete": "speaker",
    "linen": "tshirt",
    "winter": "mug",
    "luxury": "kettle",
    "dark": "sneaker",
    "podium": "pump-bottle",
}
FRONT = ("kettle", "wood")


def main() -> None:
    """Shoots each product in its style, and keeps small WebP files."""
    with tempfile.TemporaryDirectory() as folder:
        for style, product in STYLES.items():
            _small(_shot(product, style, Path(folder)), IMAGES / f"style-{style}.webp", THUMBNAIL)
        product, style = FRONT
        _small(_photo(product), IMAGES / "front-before.webp", LARGE)
        _small(_shot(product, style, Path(folder)), IMAGES / "front-after.webp", LARGE)


def _photo(product: str) -> Path:
    return next(PHOTOS.glob(f"{product}.*"))


def _shot(product: str, style: str, folder: Path) -> Path:
    size = f"{LARGE}x{LARGE}"
    shoot = [sys.executable, "-m", "packshot", "shoot", _photo(product), "--style", style, "--size", size]
    subprocess.run([*shoot, "--out", folder, "--json"], check=True, stdout=subprocess.DEVNULL)
    return next(folder.glob(f"{product}-{style}*.webp"))


def _small(source: Path, target: Path, side: int) -> None:
    picture = pyvips.Image.thumbnail(str(source), side, height=side)
    picture.write_to_file(str(target), Q=QUALITY, effort=6, strip=True)


if __name__ == "__main__":
    main()
