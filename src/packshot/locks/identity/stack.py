"""A detector with an embedder that fits it: the ones that the settings name, opened once a process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from packshot.locks.base import UNCALIBRATED
from packshot.locks.identity.align import Rgb, chip, working_copy
from packshot.locks.identity.dlib_models import DlibEmbedder, HogDetector
from packshot.locks.identity.face import Face, Landmarks, Template
from packshot.locks.identity.onnx_embedder import OnnxEmbedder
from packshot.locks.identity.published import fetched
from packshot.locks.identity.spec import EMBEDDERS, EmbedderSpec, measured
from packshot.locks.identity.weights import ModelMissingError
from packshot.locks.identity.yunet import SHA256 as YUNET_SHA256
from packshot.locks.identity.yunet import YuNet
from packshot.settings import settings

METRIC = "1"  # goes up when the same model would give other scores than before


class Detector(Protocol):
    """Finds faces in a picture (H, W, 3) sRGB uint8, the largest first."""

    @property
    def landmarks(self) -> Landmarks: ...

    def find(self, picture: Rgb) -> list[Face]: ...


class Embedder(Protocol):
    """Makes a vector of each upright chip (size, size, 3) sRGB uint8; `sha256` is that of the file with its weights."""

    @property
    def sha256(self) -> str: ...

    def embed(self, chips: list[Rgb]) -> list[np.ndarray]: ...


@dataclass(frozen=True)
class Seen:
    """A picture in which faces were looked for: `picture` is its working copy, `scale` ≤ 1 how much smaller that is."""

    picture: Rgb
    scale: float
    faces: Sequence[Face]

    def size(self, face: Face) -> float:
        """The width of `face` in pixels of the picture as it was given."""
        return face.size / self.scale


@dataclass(frozen=True)
class Stack:
    """What the identity lock looks with. Scores of different `version`s are never compared with each other."""

    detector: Detector
    embedder: Embedder
    spec: EmbedderSpec

    def __post_init__(self) -> None:
        _fits(self.spec, self.detector.landmarks)

    @property
    def version(self) -> str:
        """Detector, embedder, this code's own number, and where it accepts; "uncalibrated" until that was measured."""
        accepts = f"{self.spec.accept:g}" if self.spec.calibrated else UNCALIBRATED
        return f"{self.detector.landmarks}-{self.spec.id}-{METRIC}-{accepts}"

    @property
    def weights(self) -> str:
        """The SHA-256 of the embedder's file."""
        return self.embedder.sha256

    def look(self, pixels: NDArray[Any]) -> Seen:
        """The faces in `pixels` (H, W, 3 or 4) sRGB uint8 or uint16."""
        picture, scale = working_copy(pixels)
        return Seen(picture, scale, self.detector.find(picture))

    def template(self, seen: Seen, face: Face) -> Template:
        """The template of `face`: the mean of the face and of its mirror image."""
        spec = self.spec
        upright = chip(seen.picture, face.points, spec.templates[face.landmarks], spec.size)
        both = [Template(one) for one in self.embedder.embed([upright, np.ascontiguousarray(upright[:, ::-1])])]
        return self.mean(both)

    def mean(self, templates: list[Template]) -> Template:
        """The centre of several, as this model's metric has it."""
        if self.spec.metric == "cosine":
            return Template.mean([one.unit() for one in templates]).unit()
        return Template.mean(templates)

    def raw(self, one: Template, other: Template) -> float:
        """The distance or similarity of two, in the metric of the model."""
        return one.distance(other) if self.spec.metric == "l2" else one.cosine(other)


@dataclass(frozen=True)
class Choice:
    """Which models to use: an id of EMBEDDERS and its file, if it is one; YuNet's file, or dlib's detector.

    `accept` and `review` are limits that were measured with them, in the embedder's own units.
    """

    model: str = "dlib"
    path: Path | None = None
    sha256: str = ""
    detector_path: Path | None = None
    detector_sha256: str = YUNET_SHA256
    noncommercial: bool = False
    accept: float | None = None
    review: float | None = None


def configured() -> Stack:
    """The models that the settings name; a ModelMissingError says why they cannot be used.

    A file that no setting names is the one that `packshot lock models fetch` has put into the state directory.
    """
    known = settings()
    spec = EMBEDDERS.get(known.face_model)
    needs_yunet = spec is not None and "dlib5" not in spec.templates
    return opened(
        Choice(
            model=known.face_model,
            path=known.face_model_path or fetched(known.face_model, known.state_dir),
            sha256=known.face_model_sha256,
            detector_path=known.face_detector_path or (fetched("yunet", known.state_dir) if needs_yunet else None),
            detector_sha256=known.face_detector_sha256 or YUNET_SHA256,
            noncommercial=known.face_noncommercial,
            accept=known.face_accept,
            review=known.face_review,
        )
    )


@lru_cache(maxsize=4)
def opened(choice: Choice) -> Stack:
    """The models of `choice`, kept open; a ModelMissingError says why they cannot be used, and is not kept."""
    spec = EMBEDDERS.get(choice.model)
    if spec is None:
        raise ModelMissingError(
            f"There is no face model {choice.model!r}.", remedy=f"PACKSHOT_FACE_MODEL is one of {', '.join(EMBEDDERS)}."
        )
    if not (spec.commercial or choice.noncommercial):
        raise ModelMissingError(
            f"{spec.title} may not be used commercially ({spec.licence}).",
            remedy="Set PACKSHOT_FACE_NONCOMMERCIAL=1 if your use is not commercial or you have its owner's licence.",
        )
    spec = measured(spec, choice.accept, choice.review)
    if spec.better(spec.review, spec.accept):
        raise ModelMissingError(
            f"PACKSHOT_FACE_REVIEW {spec.review:g} is stricter than PACKSHOT_FACE_ACCEPT {spec.accept:g}.",
            remedy="Set both to what `packshot lock calibrate` says.",
        )
    _fits(spec, "yunet5" if choice.detector_path else "dlib5")
    detector = YuNet(choice.detector_path, choice.detector_sha256) if choice.detector_path else HogDetector()
    return Stack(detector, _embedder(spec, choice), spec)


def _fits(spec: EmbedderSpec, landmarks: Landmarks) -> None:
    """A ModelMissingError where faces found with `landmarks` cannot be set upright for the embedder."""
    if landmarks not in spec.templates:
        raise ModelMissingError(
            f"{spec.title} does not work with the face detector in use.",
            remedy="`packshot lock models fetch yunet`, or set PACKSHOT_FACE_DETECTOR_PATH to its .onnx file."
            if "yunet5" in spec.templates
            else "Unset PACKSHOT_FACE_DETECTOR_PATH.",
        )


def _embedder(spec: EmbedderSpec, choice: Choice) -> Embedder:
    if spec.runtime == "dlib":
        return DlibEmbedder()
    if choice.path is None:
        fetch = f"`packshot lock models fetch {spec.id}`, or set" if spec.sha256 else "Set"
        raise ModelMissingError(f"{spec.title} is not here.", remedy=f"{fetch} PACKSHOT_FACE_MODEL_PATH to its file.")
    sha256 = choice.sha256 or spec.sha256
    if not sha256:
        raise ModelMissingError(
            f"Nobody said which file {choice.path.name} has to be.",
            remedy="Set PACKSHOT_FACE_MODEL_SHA256 to the hash that its publisher gives.",
        )
    return OnnxEmbedder(spec, choice.path, sha256)
