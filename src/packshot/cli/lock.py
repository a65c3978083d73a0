"""`packshot lock`: whether a picture shows the product or the person it should, without a server."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from packshot.cli import face_models
from packshot.cli.given import box, read
from packshot.cli.lists import Json
from packshot.cli.report import say
from packshot.errors import BadInputError

if TYPE_CHECKING:
    from packshot.imaging.photo import Photo
    from packshot.locks.base import Decision, Verdict
    from packshot.locks.product.view import View
    from packshot.studio.cutout.result import Cutout

EXIT_CODES: dict[Decision, int] = {"accept": 0, "reject": 1, "review": 3, "not_applicable": 3, "unavailable": 3}

app = typer.Typer(
    help="Locks: is it the same product, the same person?",
    no_args_is_help=True,
    epilog="Exit codes: 0 accepted, 1 rejected, 3 a person has to look, 2 bad usage, 70 our fault.",
)


app.add_typer(face_models.app, name="models")


@app.command()
def product(
    reference: Annotated[Path, typer.Argument(metavar="REF", help="A photo of the real product.")],
    image: Annotated[Path, typer.Argument(metavar="IMAGE", help="The picture to judge.")],
    mask: Annotated[
        Path | None,
        typer.Option(metavar="MASK", help="Where the product is in REF, of its size: white is product. Else cut out."),
    ] = None,
    profile: Annotated[
        str,
        typer.Option(
            help="rigid, low_texture, garment for what is worn and drapes, or composited where the engine kept pixels."
        ),
    ] = "rigid",
    record: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="For composited: what `packshot shoot --json` wrote about IMAGE."),
    ] = None,
    protect: Annotated[
        list[str] | None,
        typer.Option(metavar="x,y,w,h", help="A logo or text in REF that must stay, in pixels; repeatable."),
    ] = None,
    picture: Annotated[
        Path | None, typer.Option(metavar="OUT.webp", help="Where a picture of the evidence goes.")
    ] = None,
    accept_limited: Annotated[
        bool, typer.Option("--accept-limited", help="Let a product pass that has too little texture to be sure.")
    ] = False,
    json: Json = False,
) -> None:
    """Is the product in IMAGE the product in REF? Exit 0 accept, 1 reject, 3 a person has to look."""
    from packshot.cli.kept import laid, proven
    from packshot.locks.product.judge import judge
    from packshot.locks.product.view import bytes_of

    if record and profile != "composited":
        raise BadInputError("--record is for --profile composited.", remedy="Add it, or leave --record out.")
    where = laid(record, image) if profile == "composited" else None
    if picture and picture.suffix.lower() != ".webp":
        raise BadInputError(f"--picture {picture} is not a .webp file.")
    boxes = tuple(box(text, "--protect") for text in protect or ())
    photo, shown, *masks = _opened([reference, image, *([mask] if mask else [])])
    drawn = masks[0] if masks else None
    cutout = _cutout(photo, drawn) if where else None
    if where and (shown.width, shown.height) != where.size:
        made = "×".join(map(str, where.size))
        raise BadInputError(
            f"{image} is {shown.width}×{shown.height} px, and the record is of a picture of {made}.",
            remedy="Give the file as it was made.",
        )
    verdict = judge(
        [_view(photo, drawn, boxes, cutout)],
        bytes_of(shown.pixels),
        profile=profile,
        placement=where.placement if where else None,
        accept_limited=accept_limited,
        evidence=picture is not None,
    )
    if where and cutout:
        verdict = proven(verdict, where, cutout, shown, read(image))
    if picture and verdict.picture:
        picture.parent.mkdir(parents=True, exist_ok=True)
        picture.write_bytes(verdict.picture)
    answer(verdict, json=json)


@app.command()
def regions(
    photo: Annotated[Path, typer.Argument(metavar="PHOTO", help="A photo of the product.")],
    mask: Annotated[
        Path | None, typer.Option(metavar="MASK", help="Where the product is, of PHOTO's size. Else cut out.")
    ] = None,
    json: Json = False,
) -> None:
    """Propose logos and texts to protect: a line x,y,w,h for each, as --protect takes them. None where none is sure."""
    from packshot.locks.product.propose import propose

    opened, *masks = _opened([photo, *([mask] if mask else [])])
    for x0, y0, x1, y1 in propose(_view(opened, masks[0] if masks else None, ())):
        if json:
            say({"x": x0, "y": y0, "width": x1 - x0, "height": y1 - y0})
        else:
            typer.echo(f"{x0},{y0},{x1 - x0},{y1 - y0}")


@app.command()
def identity(
    references: Annotated[list[Path], typer.Argument(metavar="REF...", help="Photos of the person, one or more.")],
    image: Annotated[Path, typer.Argument(metavar="-- IMAGE", help="The picture to judge.")],
    pose: Annotated[str, typer.Option(help="How the person stands; `back` has no face to compare.")] = "",
    json: Json = False,
) -> None:
    """Is the person in IMAGE the person in REF? Exit 0 accept, 1 reject, 3 a person has to look."""
    from packshot.locks.identity.judge import BACK, from_behind, judge
    from packshot.locks.identity.known import know
    from packshot.locks.identity.stack import configured
    from packshot.words.poses import poses

    if pose and pose not in poses():
        raise BadInputError(f"There is no pose {pose!r}.", remedy=f"There are {', '.join(poses())}.")
    shown, *photos = _opened([image, *references])
    if pose == BACK:
        answer(from_behind(), json=json)
    stack = configured()
    named = [(path.name, photo.pixels) for path, photo in zip(references, photos, strict=True)]
    answer(judge(know(named, stack), shown.pixels, stack), json=json)


@app.command()
def calibrate(
    pairs: Annotated[Path, typer.Argument(metavar="PAIRS.csv", help="Rows of two pictures and `same` as 1 or 0.")],
    json: Json = False,
) -> None:
    """Measure where the face model of the settings should accept, on pairs of your own: columns a, b, same."""
    from packshot.cli.pairs import measured
    from packshot.locks.identity.calibrate import calibrate as fit
    from packshot.locks.identity.stack import configured

    stack = configured()
    same, different = measured(pairs, stack)
    found = fit(stack.spec, same, different)
    points = {"accept": found.accept, "review": found.review}
    if json:
        record = {
            name: {
                "at": round(point.at, 4),
                "true_accepts": [point.true_accepts.hits, point.true_accepts.of, *point.true_accepts.interval],
                "false_accepts": [point.false_accepts.hits, point.false_accepts.of, *point.false_accepts.interval],
            }
            for name, point in points.items()
        }
        say(
            {
                "model": stack.spec.id,
                "version": stack.version,
                "metric": stack.spec.metric,
                **record,
                "words": found.words,
            }
        )
        return
    sign = "≤" if stack.spec.metric == "l2" else "≥"
    typer.echo(f"{stack.spec.title}, {stack.spec.metric}")
    for name, point in points.items():
        kinds = (("of the same person", point.true_accepts), ("of different people", point.false_accepts))
        passing = "; ".join(
            f"{rate.hits} of {rate.of} {kind} ({rate.interval[0]:.1%} to {rate.interval[1]:.1%})"
            for kind, rate in kinds
        )
        typer.echo(f"  {name:7} {sign} {point.at:.3f}: {passing}")
    if found.words:
        typer.echo(f"  {found.words}")
    at = " ".join(f"PACKSHOT_FACE_{name.upper()}={point.at:.3f}" for name, point in points.items())
    typer.echo(f"  To judge by these limits: {at}")


def answer(verdict: Verdict, *, json: bool) -> None:
    """Says what was found and leaves with its exit code."""
    from packshot.locks.base import calibrated

    if json:
        say(
            {
                "lock": verdict.lock,
                "decision": verdict.decision,
                "score": None if verdict.score is None else round(verdict.score, 4),
                "raw": None if verdict.raw is None else round(verdict.raw, 4),
                "reason": verdict.reason,
                "words": verdict.words,
                "remedy": verdict.remedy,
                "profile": verdict.profile,
                "limited": verdict.limited,
                "version": verdict.version,
                "weights": verdict.weights,
                "measures": {name: round(value, 4) for name, value in verdict.measures.items()},
            }
        )
    else:
        unsure = "" if calibrated(verdict.version) else " (not calibrated)"
        score = "" if verdict.score is None else f", score {verdict.score:.2f}{unsure}"
        typer.echo(f"{verdict.decision}{score}\n  {verdict.words} {verdict.remedy}".rstrip())
    raise typer.Exit(EXIT_CODES[verdict.decision])


def _opened(paths: Sequence[Path]) -> list[Photo]:
    """The pictures in `paths`; one BadInputError says what is wrong with all of them."""
    from packshot.imaging.decode import decode

    opened: list[Photo] = []
    problems: list[BadInputError] = []
    for path in paths:
        try:
            opened.append(decode(read(path), name=path.name))
        except BadInputError as problem:
            problems.append(problem)
    if problems:
        remedies = dict.fromkeys(problem.remedy for problem in problems)
        raise BadInputError(" ".join(problem.message for problem in problems), remedy=" ".join(filter(None, remedies)))
    return opened


def _cutout(photo: Photo, drawn: Photo | None) -> Cutout:
    """What the studio cuts out of the photo, and did when it laid the product into a picture; by the mask, if any."""
    from packshot.studio.cutout.cut import cut

    cutout = cut(photo, alpha=None if drawn is None else drawn.pixels.max(axis=2))
    if drawn is None and not (cutout.alpha > 0.5).any():
        words = " ".join(reason.words for reason in cutout.reasons)
        raise BadInputError(
            f"No product can be cut out of the reference photo. {words}".strip(),
            remedy="Give its outline with --mask, white where the product is.",
        )
    return cutout


def _view(
    photo: Photo, drawn: Photo | None, boxes: tuple[tuple[int, int, int, int], ...], cutout: Cutout | None = None
) -> View:
    """The product in its photo: where the mask says, else the file's own transparency, else where the studio cuts."""
    from packshot.locks.product.view import View, bytes_of

    if cutout is not None:
        return View(bytes_of(photo.pixels), (cutout.alpha * 255).round().astype("uint8"), boxes)
    if drawn is not None:
        return View(bytes_of(photo.pixels), bytes_of(drawn.pixels).max(axis=2), boxes)
    if photo.alpha is not None:
        return View(bytes_of(photo.pixels), bytes_of(photo.alpha), boxes)
    return _view(photo, None, boxes, _cutout(photo, None))
