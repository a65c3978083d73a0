"""Makes the pictures that pages show of Packshot's own samples again: `make pictures`, after a change of the studio."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np
import pyvips
from cv2.typing import MatLike

from packshot.styles.files import shipped

HERE = Path(__file__).parent
PHOTOS = HERE.parent / "samples/photos"
ALPHAS = HERE.parent / "samples/alpha"
IMAGES = HERE / "images"
THUMBNAIL, LARGE = 560, 1120
SQUARE = f"{LARGE}x{LARGE}"
QUALITY = 82
STYLES = {  # which product shows each style of the embedded studio best
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
    "marketplace-main": "kettle",
    "story-podium": "pump-bottle",
    "feed-soft": "sunglasses",
    "cinema-banner": "speaker",
}
FRONT = ("tea-carton", "wood")


def main() -> None:
    """Shoots each product in its style, and keeps small WebP files."""
    with tempfile.TemporaryDirectory() as folder:
        for slug, product in STYLES.items():
            style = shipped()[slug]
            shape = ("--size", style.size or SQUARE, "--framing", style.framing)
            _small(_shot(product, style.scene, Path(folder), *shape), IMAGES / f"style-{slug}.webp", THUMBNAIL)
        product, style = FRONT
        after = _shot(product, style, Path(folder), "--size", SQUARE, "--framing", "close")
        _small(after, IMAGES / "front-after.webp", LARGE)
        before = Path(folder, "before.png")
        cv2.imwrite(str(before), _aligned(_photo(product), ALPHAS / f"{product}.png", after))
        _small(before, IMAGES / "front-before.webp", LARGE)


def _photo(product: str) -> Path:
    return next(PHOTOS.glob(f"{product}.*"))


def _aligned(photo: Path, alpha: Path, after: Path) -> MatLike:
    """The photo, cropped so that its product lies where it lies in `after`: found by masked template matching."""
    source, mask, target = (cv2.imread(str(path), cv2.IMREAD_COLOR) for path in (photo, alpha, after))
    assert source is not None and mask is not None and target is not None
    best = (-1.0, 1.0, 0, 0)
    x, y, width, height = cv2.boundingRect(mask[..., 0])
    for scale in np.arange(0.6, 2.0, 0.01):
        size = round(width * scale), round(height * scale)
        if size[0] > target.shape[1] or size[1] > target.shape[0]:
            break
        part = cv2.resize(source[y : y + height, x : x + width], size, interpolation=cv2.INTER_AREA)
        shape = cv2.resize(mask[y : y + height, x : x + width], size, interpolation=cv2.INTER_AREA)
        found = cv2.matchTemplate(target, part, cv2.TM_CCORR_NORMED, mask=shape)
        _, value, _, (left, top) = cv2.minMaxLoc(found)
        best = max(best, (value, float(scale), left, top))
    _, scale, left, top = best
    move = np.array([[scale, 0, left - x * scale], [0, scale, top - y * scale]], np.float32)
    return cv2.warpAffine(source, move, (LARGE, LARGE), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)


def _shot(product: str, scene: str, folder: Path, *options: str) -> Path:
    shoot = [sys.executable, "-m", "packshot", "shoot", _photo(product), "--style", scene]
    subprocess.run([*shoot, *options, "--out", folder, "--json"], check=True, stdout=subprocess.DEVNULL)
    return max(folder.glob(f"{product}-{scene}*.webp"), key=lambda path: path.stat().st_mtime_ns)


def _small(source: Path, target: Path, side: int) -> None:
    picture = pyvips.Image.thumbnail(str(source), side, height=side)
    picture.write_to_file(str(target), Q=QUALITY, effort=6, strip=True)


if __name__ == "__main__":
    main()
