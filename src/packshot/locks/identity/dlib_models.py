"""dlib's face detector, five-point landmarks and ResNet embedder: all that a fresh machine needs, by one extra."""

from __future__ import annotations

from typing import Any

import numpy as np

from packshot.locks.identity.align import Rgb
from packshot.locks.identity.face import Face, Landmarks
from packshot.locks.identity.weights import DLIB_FILES, HOW, ModelMissingError, dlib_file

# Of two portraits, turned up to 15° and scaled: 90 % of the faces have 0.1 or more, and what is none 0.53 at most.
SURE, CLEAR = 0.1, 0.6
_RESNET = "dlib_face_recognition_resnet_model_v1.dat"
WHOLE = 1280  # px: a picture is doubled to find small faces as long as it is no longer than this


def _dlib() -> Any:
    try:
        import dlib
    except ImportError:
        raise ModelMissingError("The identity lock's face detector is not installed.", remedy=HOW) from None
    return dlib


class HogDetector:
    """Finds faces that look more or less at the camera, from about 70 px; where there is none, from 35 px."""

    landmarks: Landmarks = "dlib5"

    def __init__(self) -> None:
        dlib = _dlib()
        self._detector = dlib.get_frontal_face_detector()
        self._predictor = dlib.shape_predictor(str(dlib_file("shape_predictor_5_face_landmarks.dat")))

    def find(self, picture: Rgb) -> list[Face]:
        """The faces in `picture` (H, W, 3) sRGB, the largest first."""
        boxes, scores, _ = self._detector.run(picture, 0, SURE)
        if not boxes and max(picture.shape[:2]) <= WHOLE:
            boxes, scores, _ = self._detector.run(picture, 1, SURE)
        faces = [self._face(picture, box, score) for box, score in zip(boxes, scores, strict=True)]
        return sorted(faces, key=lambda face: -face.size)

    def _face(self, picture: Rgb, box: Any, score: float) -> Face:
        shape = self._predictor(picture, box)
        points = np.array([(shape.part(i).x, shape.part(i).y) for i in range(5)], np.float64)
        where = float(box.left()), float(box.top()), float(box.width()), float(box.height())
        return Face(where, points, "dlib5", float(score), clear=score >= CLEAR)


class DlibEmbedder:
    """128 numbers of a chip of 150 px."""

    sha256 = DLIB_FILES[_RESNET]

    def __init__(self) -> None:
        dlib = _dlib()
        self._network = dlib.face_recognition_model_v1(str(dlib_file(_RESNET)))

    def embed(self, chips: list[Rgb]) -> list[np.ndarray]:
        """One vector for each of `chips`."""
        return [
            np.array(one) for one in self._network.compute_face_descriptor([np.ascontiguousarray(c) for c in chips])
        ]
