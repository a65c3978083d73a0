"""The demo's page and its contact sheet, of plain records of what was photographed, made and refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from shutil import copyfile
from urllib.parse import quote

import cv2
import numpy as np

CSS = Path(__file__).with_name("demo.css")
TILE = 192
SURROUND = 238  # the light table's grey, as in demo.css


@dataclass(frozen=True)
class Made:
    """A picture of a product: the file, its style's title, and its size in pixels."""

    file: Path
    style: str
    width: int
    height: int


@dataclass(frozen=True)
class Product:
    """A photo and what became of it.

    `size` of the photo in pixels, `note` a short line about it. `refusal`: where nothing was made, sentences that say
    why and what to do.
    """

    title: str
    photo: Path
    size: tuple[int, int]
    note: str
    pictures: tuple[Made, ...] = ()
    refusal: tuple[str, ...] = ()


def write_page(folder: Path, products: Sequence[Product]) -> Path:
    """Writes index.html and its style sheet into `folder`, which holds all the files that `products` name."""
    copyfile(CSS, folder / CSS.name)
    shot = [product for product in products if product.pictures]
    missed = [product for product in products if not product.pictures]
    pictures = sum(len(product.pictures) for product in shot)
    styles = len({made.style for product in shot for made in product.pictures})
    links = [(_anchor(product), product.title) for product in shot]
    links += [("refused", "Not made, and why")] if missed else []
    contents = "\n".join(f'<li><a href="#{anchor}">{escape(text)}</a></li>' for anchor, text in links)
    page = folder / "index.html"
    page.write_text(
        f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src 'self'; style-src 'self'">
<title>Packshot: {len(shot)} products in {styles} styles</title>
<link rel="stylesheet" href="{CSS.name}">
</head>
<body>
<header>
<h1>One photo, {styles} styles</h1>
<p>{pictures} pictures of {len(shot)} products, made by Packshot's own studio on this computer.
Where you see the product, you see the photo's own pixels. Choose a picture to see it at full size.</p>
<nav aria-label="Products"><ul>
{contents}
</ul></nav>
</header>
<main>
{"".join(_section(folder, product) for product in shot)}{_refusals(folder, missed)}</main>
</body>
</html>
""",
        encoding="utf-8",
    )
    return page


def write_contact_sheet(path: Path, products: Sequence[Product]) -> None:
    """One row per product that pictures were made of, its photo first: what the README shows."""
    rows = [
        np.hstack([_tile(file) for file in (product.photo, *(made.file for made in product.pictures))])
        for product in products
        if product.pictures
    ]
    cv2.imwrite(str(path), np.vstack(rows))


def _section(folder: Path, product: Product) -> str:
    figures = "\n".join(
        f"<li>{_linked(folder, made.file, (made.width, made.height), f'{product.title}, {made.style}')}"
        f"<span>{escape(made.style)}</span></li>"
        for made in product.pictures
    )
    return f"""<section id="{_anchor(product)}">
<div class="before">
<h2>{escape(product.title)}</h2>
{_linked(folder, product.photo, product.size, f"{product.title}, the photo")}
<span>The photo. {escape(product.note)}</span>
</div>
<ul class="pictures">
{figures}
</ul>
</section>
"""


def _refusals(folder: Path, products: Sequence[Product]) -> str:
    if not products:
        return ""
    cards = "\n".join(
        f"<li>{_linked(folder, product.photo, product.size, f'{product.title}, the photo')}"
        f"<div><h3>{escape(product.title)}</h3>"
        f"{''.join(f'<p>{escape(line)}</p>' for line in product.refusal)}</div></li>"
        for product in products
    )
    return f"""<section id="refused" class="refused">
<h2>Not made, and why</h2>
<p>Packshot asks or refuses rather than sell a product with a piece missing.</p>
<ul>
{cards}
</ul>
</section>
"""


def _linked(folder: Path, file: Path, size: tuple[int, int], words: str) -> str:
    where = quote(file.relative_to(folder).as_posix())
    return (
        f'<a href="{where}"><img src="{where}" width="{size[0]}" height="{size[1]}" loading="lazy" '
        f'alt="{escape(words)}"></a>'
    )


def _anchor(product: Product) -> str:
    return quote(product.photo.stem)


def _tile(file: Path) -> np.ndarray:
    """A picture fitted into a square tile with a small margin, never cropped; BGR, as OpenCV has it."""
    pixels = cv2.imread(str(file), cv2.IMREAD_COLOR)
    assert pixels is not None, file
    height, width = pixels.shape[:2]
    scale = (TILE - 6) / max(height, width)
    small = cv2.resize(pixels, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA)
    tile = np.full((TILE, TILE, 3), SURROUND, np.uint8)
    top, left = (TILE - small.shape[0]) // 2, (TILE - small.shape[1]) // 2
    tile[top : top + small.shape[0], left : left + small.shape[1]] = small
    return tile
