"""`packshot lock models`: weights for the identity lock, from where they are published, known by their hash."""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, TYPE_CHECKING, Annotated

import typer

from packshot.cli.lists import Json
from packshot.cli.report import say
from packshot.errors import BadInputError, RefusedError, UnavailableError

if TYPE_CHECKING:
    import httpx

    from packshot.locks.identity.published import Published

MOST_HOPS = 5  # from the address that is written down to where the bytes are
MOST_S = 1800.0  # for one file, everything together
SILENCE_S = 30.0  # without a byte

app = typer.Typer(help="Face models for the identity lock.", no_args_is_help=True)


@app.command("list")
def shown(json: Json = False) -> None:
    """The models that can be fetched, with their licences, and which are here."""
    from packshot.locks.identity.published import fetched, published
    from packshot.settings import Settings

    state_dir = Settings.load().state_dir
    for one in published().values():
        path = fetched(one.id, state_dir)
        record = {
            "id": one.id,
            "title": one.title,
            "does": one.does,
            "licence": one.licence,
            "commercial": one.commercial,
        }
        if json:
            say(record | {"bytes": one.bytes, "sha256": one.sha256, "url": one.url, "path": path and str(path)})
        else:
            typer.echo(
                f"{one.id:10}{one.title}, {one.does}, {one.bytes / 1e6:.1f} MB, {one.licence}  {path or 'not here'}"
            )


@app.command()
def fetch(
    name: Annotated[str, typer.Argument(metavar="NAME", help="One of `packshot lock models list`.")],
    acknowledge: Annotated[
        bool, typer.Option("--acknowledge", help="You may use weights that are licensed for non-commercial use only.")
    ] = False,
    json: Json = False,
) -> None:
    """Download a model and what it needs into the state directory. Nothing is kept whose SHA-256 is another."""
    from packshot.locks.identity.published import published
    from packshot.settings import Settings

    for one in wanted(name, published(), acknowledge=acknowledge):
        path, here = one.path(Settings.load().state_dir), True
        if not is_one(path, one):
            here = False
            download(one, path)
        if json:
            say({"id": one.id, "path": str(path), "sha256": one.sha256, "licence": one.licence, "was_here": here})
        else:
            typer.echo(f"{path}  {one.licence}{', was here already' if here else ''}")
    if not json and name != "yunet":
        typer.echo(f"Set PACKSHOT_FACE_MODEL={name} to use it.")


def wanted(name: str, models: Mapping[str, Published], *, acknowledge: bool) -> list[Published]:
    """The model `name` and those that it needs; a BadInputError if there is none.

    A RefusedError where a licence is for non-commercial use only, and nobody said that this is one.
    """
    if name not in models:
        raise BadInputError(f"There is no face model {name!r} to fetch.", remedy=f"There are {', '.join(models)}.")
    found = [models[id] for id in (*models[name].needs, name)]
    for one in found:
        if not (one.commercial or acknowledge):
            raise RefusedError(
                f"{one.title} may not be used commercially ({one.licence}).",
                remedy="Add --acknowledge if your use is not commercial or you have its owner's licence.",
            )
    return found


def is_one(path: Path, model: Published) -> bool:
    """Whether the file in `path` is the published one, to the last byte."""
    from packshot.locks.identity.weights import ModelMissingError, verified

    with suppress(ModelMissingError):
        return verified(path, model.sha256) == path
    return False


def download(model: Published, path: Path, *, schemes: Collection[str] = ("https",)) -> None:
    """Fetches `model` to `path`, whole and the right one or not at all.

    UnavailableError where it cannot be had, RefusedError where what came is another file. Every hop has to be of
    `schemes`, and nothing is read beyond the size that is written down.
    """
    import httpx

    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", suffix=".part", delete=False) as part:
        try:
            with httpx.Client(timeout=SILENCE_S) as client:
                _into(part, model, client, schemes)
            part.flush()
            os.fsync(part.fileno())
            Path(part.name).chmod(0o644)
            Path(part.name).replace(path)
        except httpx.HTTPError as problem:
            why = str(problem) or type(problem).__name__
            raise UnavailableError(
                f"{model.title} cannot be fetched from {httpx.URL(model.url).host}: {why}.",
                remedy=f"Try again, or download {model.url} elsewhere and put it here as {path}.",
            ) from problem
        finally:
            Path(part.name).unlink(missing_ok=True)


def _into(file: IO[bytes], model: Published, client: httpx.Client, schemes: Collection[str]) -> None:
    response = _answer(model, client, schemes)
    try:
        until, size, digest = time.monotonic() + MOST_S, 0, sha256()
        for chunk in response.iter_raw():
            size += len(chunk)
            if size > model.bytes:
                raise RefusedError(f"{response.url.host} sent more than the {model.bytes:,} bytes of {model.title}.")
            if time.monotonic() > until:
                raise UnavailableError(f"{response.url.host} took longer than {MOST_S:g} s.", remedy="Try again later.")
            digest.update(chunk)
            file.write(chunk)
    finally:
        response.close()
    if digest.hexdigest() != model.sha256:
        raise RefusedError(
            f"What {response.url.host} sent is not {model.title}: {size:,} bytes with the SHA-256 "
            f"{digest.hexdigest()[:16]}…, not {model.bytes:,} with {model.sha256[:16]}….",
            remedy="Nothing was kept. Try again, and tell us if it stays so.",
        )


def _answer(model: Published, client: httpx.Client, schemes: Collection[str]) -> httpx.Response:
    """The answer that has the bytes, after at most MOST_HOPS redirects."""
    request = client.build_request("GET", model.url, headers={"Accept-Encoding": "identity"})
    for _ in range(MOST_HOPS + 1):
        if request.url.scheme not in schemes:
            raise RefusedError(f"{request.url.host} is not asked over {request.url.scheme}.")
        response = client.send(request, stream=True)
        if response.next_request is None:
            if response.status_code == 200:
                return response
            response.close()
            raise UnavailableError(
                f"{response.url.host} answered {response.status_code}.", remedy="Try again later, or tell us."
            )
        response.close()
        request = response.next_request
    raise UnavailableError(f"{model.url} leads on more than {MOST_HOPS} times.", remedy="Tell us.")
