"""Shoots of videos: which are, how long they last, in which size they are made, and what they cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log

from packshot.engines.base import Kind, Model, Unsupported
from packshot.errors import BadInputError
from packshot.shoots.brief import Brief
from packshot.styles.library import Style, of, style
from packshot.styles.price import price, second_price

USUAL_S = 5  # where neither the brief nor the style says how long
SIZES = ("1280x720", "720x1280", "960x960", "1920x1080", "1080x1920")  # that are offered where a model makes any


@dataclass(frozen=True)
class Setting:
    """A brief with all that its kind leaves to be settled, notes on that, and what cannot be had.

    `brief.seconds` is set where its kind is "video", and only there.
    """

    kind: Kind
    brief: Brief
    notes: tuple[str, ...] = ()
    refused: tuple[Unsupported, ...] = ()


def of_one_kind(styles: Sequence[Style]) -> None:
    """BadInputError where some of `styles` are videos and others pictures: a shoot makes one kind."""
    videos = [one.title for one in styles if one.preset.kind == "video"]
    pictures = [one.title for one in styles if one.preset.kind == "image"]
    if videos and pictures:
        raise BadInputError(
            f"A shoot makes videos or pictures: {', '.join(videos)} would be videos, {', '.join(pictures)} pictures.",
            remedy="Send a shoot for each kind.",
        )


def set_up(brief: Brief, model: Model | None) -> Setting:
    """What `brief` comes to with `model`. Pure. Nothing is chosen that the brief says itself."""
    styles = of(brief.styles)
    if kind_of(styles, model) == "image":
        return Setting("image", brief.model_copy(update={"seconds": None}), refused=tuple(_no_video(brief)))
    assert model
    refused, notes = [*_never(brief)], list[str]()
    seconds = brief.seconds
    if seconds is None:
        lasting = {one.preset.seconds: one.title for one in styles}
        if len(lasting) > 1:
            said = "; ".join(f"{one.title}: {one.preset.seconds} s" for one in styles)
            refused.append(
                Unsupported("seconds", f"These styles last differently ({said}).", "Say how many seconds, for all.")
            )
        seconds = next(iter(lasting), None) or usual_seconds(model)
    size = brief.size
    if "size" not in brief.model_fields_set:
        sizes = {one.preset.size: one.title for one in styles if one.preset.size}
        if len(sizes) > 1:
            said = "; ".join(f"{one.title}: {one.preset.size}" for one in styles)
            refused.append(
                Unsupported("size", f"These styles have sizes of their own ({said}).", "Name one size, for all.")
            )
        size = nearest(next(iter(sizes), brief.size), model)
        if size not in sizes:
            shown = size.replace("x", "×")
            notes.append(f"It is made in {shown} pixels, the nearest size that {model.title} has.")
    settled = brief.model_copy(update={"seconds": seconds, "size": size, "format": "mp4"})
    return Setting("video", settled, tuple(notes), tuple(refused))


def price_of(slug: str, engine: str, model: str, seconds: int | None) -> int:
    """Credits for a picture, or for a video of so many `seconds`.

    That is the style's own price, in proportion, where the style's maker makes it; else the price list's for a second
    of `model`.
    """
    if not seconds:
        return price(slug, engine)
    found = style(slug)
    if found and found.preset.seconds and (found.engine, found.model and found.model.id) == (engine, model):
        return ceil(found.credits * seconds / found.preset.seconds)
    return second_price(engine, model) * seconds


def usual_seconds(model: Model) -> int:
    """How long a video of `model` lasts if nobody says."""
    lasting = model.capabilities.seconds
    return USUAL_S if USUAL_S in lasting or not lasting else min(lasting)


def nearest(size: str, model: Model) -> str:
    """The size of `model` nearest to `size` ("1280x720"): of the likest shape, then of the likest area."""
    return size if _makes(size, model) else min(sizes_of(model), key=lambda one: _apart(one, size), default=size)


def sizes_of(model: Model) -> list[str]:
    """The sizes to choose from: all of the model's, or the usual ones where it makes any."""
    if model.capabilities.sizes is not None:
        return list(model.capabilities.sizes)
    return [size for size in SIZES if _makes(size, model)]


def kind_of(styles: Sequence[Style], model: Model | None) -> Kind:
    """What `model` is to make in `styles`: what they are, or else pictures unless it makes none."""
    if model is None:
        return "image"  # the engine says what is wrong with it
    if styles:
        return styles[0].preset.kind
    return "image" if "image" in model.capabilities.kinds else "video"


def _no_video(brief: Brief) -> list[Unsupported]:
    """What only videos have."""
    refused: list[Unsupported] = []
    if brief.seconds is not None:
        words = "Pictures do not last, and these would be pictures."
        refused.append(Unsupported("seconds", words, "Leave seconds out, or choose a video style."))
    if brief.format == "mp4":
        words = "A picture is no MP4."
        refused.append(Unsupported("format", words, "Choose webp, png, jpeg, avif or tiff, or a video style."))
    return refused


def _never(brief: Brief) -> list[Unsupported]:
    """What no video has."""
    refused: list[Unsupported] = []
    if "format" in brief.model_fields_set and brief.format != "mp4":
        refused.append(Unsupported("format", f"A video is an MP4, not {brief.format}.", "Leave the format out."))
    if brief.variations:
        words = "Variations are spread over pictures, not over videos."
        refused.append(Unsupported("variations", words, "Ask for a count: each video has a seed of its own."))
    return refused


def _makes(size: str, model: Model) -> bool:
    can, (width, height) = model.capabilities, _sides(size)
    if can.sizes is not None:
        return size in can.sizes
    (smallest, largest), (least, most) = can.sides, can.pixels
    fits = smallest <= min(width, height) and max(width, height) <= largest and least <= width * height <= most
    return fits and not (width % can.step or height % can.step) and max(width, height) <= can.ratio * min(width, height)


def _apart(one: str, other: str) -> tuple[float, float]:
    """How unlike two sizes are: in shape and in area, both as ratios."""
    (width, height), (wide, high) = _sides(one), _sides(other)
    return round(abs(log(width / height * high / wide)), 6), abs(log(width * height / (wide * high)))


def _sides(size: str) -> tuple[int, int]:
    width, _, height = size.partition("x")
    return int(width), int(height)
