"""How a picture comes about: whether the product's own pixels stay, and who paints what is around them."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from packshot.engines.base import GenerationRequest, Kind, Model, Unsupported
from packshot.studio.framing import MOST_EXTREME_ASPECT

Mode = Literal["plate", "redraw"]
"""What people ask for: the product's own pixels, or the whole picture from the engine."""

Way = Literal["kept", "inpaint", "plate", "redraw"]
"""What is done: the engine keeps the product by itself; it paints around the fixed product; it paints the empty scene

and the product is put in; it makes the whole picture.
"""

WAYS: dict[Way, str] = {
    "kept": "The engine photographs your product again; its pixels are kept.",
    "inpaint": "The engine paints around your product; its pixels are kept.",
    "plate": "The engine paints the empty scene, your product is put into it; its pixels are kept.",
    "redraw": "The engine paints everything; your product is redrawn and may differ.",
}
"""Every way, in words for people."""


def way_of(model: Model, *, product: bool, person: bool = False, kind: Kind = "image", mode: Mode | None = None) -> Way:
    """The way that `model` makes a picture, of a `product`'s photo if there is one, with a `person` in it if so.

    Unless asked for otherwise the product's pixels stay wherever that is possible: a model with masks paints around it,
    one that needs no photo paints the empty scene. What is worn, a video, what there is no photo of, and what models
    make that have styles of their own in place of words is redrawn.
    """
    can = model.capabilities
    if can.keeps_product:
        return "kept"
    if mode == "redraw" or not product or person or kind == "video" or can.needs_person or not can.needs_words:
        return "redraw"
    if can.mask and can.references:
        return "inpaint"
    return "redraw" if can.needs_product else "plate"


def product_in(model: Model) -> str:
    """What becomes of a product in pictures of `model` unless otherwise asked: "kept" or "redrawn"."""
    kind: Kind = "image" if "image" in model.capabilities.kinds else "video"
    return "redrawn" if way_of(model, product=True, kind=kind) == "redraw" else "kept"


def fallback(way: Way, model: Model) -> Way:
    """The way to try after `way` gave a picture that cannot be used."""
    can = model.capabilities
    return "plate" if way == "inpaint" and not can.needs_product else way


def against_mode(way: Way, model: Model, mode: Mode | None) -> list[Unsupported]:
    """Why the `mode` asked for is impossible, if it is. Pure."""
    if mode == "plate" and way == "redraw":
        words = f"{model.title} cannot keep the product's pixels in this picture."
        return [Unsupported("mode", words, "Add a photo of the product, choose another model, or ask for a redraw.")]
    if mode == "redraw" and way == "kept":
        return [Unsupported("mode", f"{model.title} redraws nothing.", "Leave the mode out, or use another engine.")]
    return []


def against_frame(way: Way, width: int, height: int) -> list[Unsupported]:
    """Why the studio cannot lay a product into a frame of this size, if it cannot: vendors make others. Pure."""
    if way not in ("plate", "inpaint") or max(width, height) <= MOST_EXTREME_ASPECT * min(width, height):
        return []
    words = f"{width}×{height} is too long and narrow to lay a product in."
    return [Unsupported("size", words, f"At most {MOST_EXTREME_ASPECT:g} to 1.")]


def speakable(asked: GenerationRequest, model: Model) -> GenerationRequest:
    """`asked` without what `model` has none of: a seed, and a negative prompt, which is said in its words."""
    can = model.capabilities
    return replace(asked, seed=asked.seed if can.seed else None, avoid=asked.avoid if can.negative_words else "")
