"""Holds a request against a model's capabilities and says everything that does not fit, all at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from difflib import get_close_matches

from packshot.engines.base import GenerationRequest, Model, Unsupported


def against_licence(model: Model, today: date) -> Iterator[Unsupported]:
    """Whether `model` still runs, and whether its pictures may be sold. Pure."""
    if model.retires_on and model.retires_on <= today:
        instead = f"Use {model.successor} instead." if model.successor else "Use another model."
        yield Unsupported("model", f"{model.title} was retired on {model.retires_on.isoformat()}.", instead)
    if not model.commercial:
        instead = f"Use {model.successor} instead." if model.successor else "Use another model."
        yield Unsupported(
            "model", f"{model.title}'s licence ({model.licence}) does not allow selling pictures.", instead
        )


def against_capabilities(request: GenerationRequest, model: Model) -> list[Unsupported]:
    """What `model` cannot honour of `request`. Pure."""
    return [
        *_subject(request, model),
        *_style(request, model),
        *_staging(request, model),
        *_size(request, model),
        *_controls(request, model),
    ]


def _subject(request: GenerationRequest, model: Model) -> Iterator[Unsupported]:
    can = model.capabilities
    if request.kind not in can.kinds:
        yield Unsupported("kind", f"{model.title} makes no {request.kind}s.", f"It makes: {_listed(can.kinds)}.")
    if len(request.references) > can.references:
        yield Unsupported(
            "references",
            f"{len(request.references)} reference pictures are more than {model.title} takes ({can.references}).",
            "Leave some out." if can.references else "Describe the product in words, or use another engine.",
        )
    roles = {reference.role for reference in request.references}
    for role in sorted(roles - can.roles):
        yield Unsupported("references", f"{model.title} takes no picture of a {role}.", "Leave it out.")
    if can.needs_product and "product" not in roles:
        yield Unsupported("references", f"{model.title} needs a photo of the product.", "Add one.")
    if can.needs_person and "person" not in roles:
        yield Unsupported("references", f"{model.title} needs a photo of a person.", "Add one.")
    if request.words and not can.words:
        yield Unsupported("words", f"{model.title} does not read descriptions.", "Choose a style instead.")
    if can.needs_words and not (request.words or request.style):
        yield Unsupported("words", f"{model.title} needs a description or a style.", "Say what to show.")
    style = len(f" Style: {request.style}.") if request.style and can.styles is None else 0  # as vendors are told it
    if max(len(request.words) + style, len(request.avoid)) > can.characters:
        yield Unsupported("words", f"{model.title} reads {can.characters:,} characters.", "Say it in fewer words.")


def _style(request: GenerationRequest, model: Model) -> Iterator[Unsupported]:
    can = model.capabilities
    if can.styles is not None and request.style not in can.styles:
        near = get_close_matches(request.style, can.styles, n=1)
        remedy = f"Did you mean {near[0]!r}?" if near else f"It has: {_listed(can.styles)}."
        yield Unsupported("style", f"{model.title} has no style {request.style!r}.", remedy)
    if request.framing not in can.framings:
        yield Unsupported(
            "framing",
            f"{model.title} has no framing {request.framing!r}.",
            f"It has: {_listed(can.framings)}.",
        )


def _staging(request: GenerationRequest, model: Model) -> Iterator[Unsupported]:
    if request.staging is not None and not model.capabilities.stages:
        yield Unsupported("staging", f"{model.title} sets no styles up otherwise.", "Say in words what to vary.")


def _size(request: GenerationRequest, model: Model) -> Iterator[Unsupported]:
    can, asked = model.capabilities, f"{request.width}×{request.height}"
    if can.sizes is not None:
        if f"{request.width}x{request.height}" not in can.sizes:
            has = ", ".join(can.sizes).replace("x", "×")
            yield Unsupported("size", f"{model.title} does not make {asked}.", f"It makes {has}.")
        return
    smallest, largest = can.sides
    if not smallest <= min(request.width, request.height) <= max(request.width, request.height) <= largest:
        yield Unsupported(
            "size",
            f"{asked} is outside what {model.title} makes.",
            f"Sides go from {smallest} to {largest} pixels.",
        )
        return
    least, most = can.pixels
    if not least <= request.width * request.height <= most:
        yield Unsupported(
            "size",
            f"{asked} has {request.width * request.height:,} pixels.",
            f"{model.title} makes {least:,} to {most:,}.",
        )
    if request.width % can.step or request.height % can.step:
        yield Unsupported("size", f"{asked} is not possible.", f"Both sides have to be multiples of {can.step}.")
    if max(request.width, request.height) > can.ratio * min(request.width, request.height):
        yield Unsupported("size", f"{asked} is too long and narrow.", f"At most {can.ratio:g} to 1.")


def _controls(request: GenerationRequest, model: Model) -> Iterator[Unsupported]:
    can = model.capabilities
    if not 1 <= request.count <= can.count:
        yield Unsupported(
            "count",
            f"{request.count} pictures a call is not possible.",
            f"{model.title} makes 1 to {can.count}.",
        )
    if request.seed is not None and not can.seed:
        yield Unsupported("seed", f"{model.title} has no seeds.", "Leave the seed out.")
    if request.seed is not None and not 0 <= request.seed < 2**32:
        yield Unsupported("seed", f"The seed {request.seed} is out of range.", "Seeds go from 0 to 4294967295.")
    if request.avoid and not can.negative_words:
        yield Unsupported("avoid", f"{model.title} takes no negative prompt.", "Say what to show instead.")
    if request.mask is not None and not can.mask:
        yield Unsupported("mask", f"{model.title} takes no mask.", "Leave the mask out, or use another engine.")
    if request.mask is not None and not request.references:
        yield Unsupported("mask", "A mask needs the picture that it masks.", "Add a reference picture.")
    if request.depth > can.depth:
        yield Unsupported("depth", f"{model.title} makes {can.depth} bits a channel.", f"Ask for {can.depth}.")
    if request.seconds is not None and request.seconds not in can.seconds:
        has = f"It has {', '.join(map(str, can.seconds))}." if can.seconds else "It makes no videos."
        yield Unsupported("seconds", f"{model.title} does not last {request.seconds} seconds.", has)


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names))
