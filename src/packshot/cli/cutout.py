"""`packshot cutout`: one product without its backdrop, and how sure that is."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from packshot.cli.given import box as corners
from packshot.cli.given import read
from packshot.cli.report import say
from packshot.errors import BadInputError, DecisionNeededError, RefusedError

EXIT_CODES = {"accept": 0, "ask": DecisionNeededError.exit_code, "refuse": RefusedError.exit_code}


def command(
    photo: Annotated[Path, typer.Argument(metavar="PHOTO", help="A product photo: JPEG, PNG, WebP or TIFF.")],
    out: Annotated[Path, typer.Option(metavar="FILE.png", help="Where the cutout goes.")],
    alpha: Annotated[
        Path | None, typer.Option(metavar="MASK", help="Your own mask of the photo's size: white is product.")
    ] = None,
    box: Annotated[
        str | None, typer.Option(metavar="x,y,w,h", help="A box drawn tightly around the product, in pixels.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON line, for programs.")] = False,
) -> None:
    """Cut the product out of PHOTO. The file is written whatever the verdict, so that you can look at it."""
    from packshot.imaging.decode import decode
    from packshot.imaging.finish import finish
    from packshot.studio.cutout.colour import straight_rgba
    from packshot.studio.cutout.cut import cut

    if out.suffix.lower() != ".png":
        raise BadInputError(f"--out {out} is not a .png file.", remedy="A cutout keeps its transparency in PNG.")
    if alpha and box:
        raise BadInputError("--alpha and --box are two ways to the same thing.", remedy="Give one of them.")
    picture = decode(read(photo), name=photo.name)
    mask = decode(read(alpha), name=alpha.name).pixels.max(axis=2) if alpha else None
    cutout = cut(picture, alpha=mask, box=corners(box) if box else None)
    rgba = straight_rgba(cutout, picture)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(finish(rgba, [(picture.width, picture.height)], "png", depth=picture.depth)[0].data)
    record = {
        "path": str(out),
        "size": f"{picture.width}x{picture.height}",
        "confidence": round(cutout.confidence, 3),
        "verdict": cutout.verdict,
        "reasons": [{"code": r.code, "penalty": round(r.penalty, 3), "words": r.words} for r in cutout.reasons],
        "remedy": cutout.reasons[0].remedy if cutout.reasons and cutout.verdict != "accept" else "",
        "view": cutout.view,
        "elevation": cutout.elevation,
    }
    if json:
        say(record)
    else:
        typer.echo(f"{out}  {cutout.verdict}, confidence {cutout.confidence:.2f}")
        for reason in cutout.reasons:
            typer.echo(f"  {reason.words} {reason.remedy}")
    raise typer.Exit(EXIT_CODES[cutout.verdict])
