"""Weights on this machine: found, and known by their hash before anything runs them."""

from __future__ import annotations

from functools import lru_cache
from hashlib import file_digest
from importlib.util import find_spec
from pathlib import Path

from packshot.errors import UnavailableError

CARRIER = "face_recognition_models"  # a package of weights; importing it needs pkg_resources, so nobody does
# What that package of version 0.3.0 carries under CC0. Its 68-point predictor is never used: it is not for sale.
DLIB_FILES = {
    "shape_predictor_5_face_landmarks.dat": "c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888",
    "dlib_face_recognition_resnet_model_v1.dat": "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30",
}
INSTALL = "pip install 'packshot[faces]'"
HOW = f"{INSTALL}; in a checkout: make faces."


class ModelMissingError(UnavailableError):
    """A model that the identity lock needs is not here, or is another than it says: the lock cannot look.

    On the command line that is for whoever installed it to mend, like any other bad usage.
    """

    exit_code = 2


def verified(path: Path, sha256: str) -> Path:
    """`path`, once its bytes are those of `sha256`; a ModelMissingError where they are not, or it is not there."""
    try:
        known = path.stat()
        found = _digest(path, known.st_mtime_ns, known.st_size)
    except OSError as problem:
        raise ModelMissingError(
            f"The face model {path.name} cannot be read: {problem.strerror}.",
            remedy="Put it where the setting says, readable by Packshot.",
        ) from None
    if found != sha256.lower():
        raise ModelMissingError(
            f"The face model {path.name} has the SHA-256 {found[:16]}…, not {sha256[:16]}….",
            remedy="Get the file again from its source, or give the hash of the one that you checked.",
        )
    return path


def dlib_file(name: str) -> Path:
    """One of DLIB_FILES, where its package is installed; a ModelMissingError where it is not."""
    spec = find_spec(CARRIER)
    if spec is None or not spec.submodule_search_locations:
        raise ModelMissingError("The weights of the identity lock are not installed.", remedy=HOW)
    return verified(Path(spec.submodule_search_locations[0], "models", name), DLIB_FILES[name])


@lru_cache(maxsize=16)
def _digest(path: Path, _changed_ns: int, _size: int) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
