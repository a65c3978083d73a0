"""YuNet, a small face detector, as an ONNX model of fixed size.

W. Wu, H. Peng, S. Yu: YuNet: A Tiny Millisecond-level Face Detector, Machine Intelligence Research 20 (2023); MIT.
The decoding is that of opencv, modules/objdetect/src/face_detect.cpp.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from packshot.locks.identity.align import Rgb
from packshot.locks.identity.face import Face, Landmarks
from packshot.locks.identity.published import published
from packshot.locks.identity.session import open_model, run

SHA256 = published()["yunet"].sha256
SIDE = 640
STRIDES = (8, 16, 32)
SURE, CLEAR = 0.6, 0.8
OVERLAP, MOST = 0.3, 50


class YuNet:
    """Finds faces with "yunet5" landmarks, from about 10 px of a picture that fits into SIDE × SIDE."""

    landmarks: Landmarks = "yunet5"

    def __init__(self, path: Path, sha256: str = SHA256) -> None:
        self._session = open_model(path, sha256)

    def find(self, picture: Rgb) -> list[Face]:
        """The faces in `picture` (H, W, 3) sRGB, the largest first."""
        height, width = picture.shape[:2]
        ratio = min(SIDE / height, SIDE / width, 2.0)
        size = max(1, round(width * ratio)), max(1, round(height * ratio))
        how = cv2.INTER_AREA if ratio < 1 else cv2.INTER_LINEAR
        canvas = np.zeros((SIDE, SIDE, 3), np.uint8)
        canvas[: size[1], : size[0]] = cv2.resize(picture, size, interpolation=how)
        bgr = canvas[..., ::-1].transpose(2, 0, 1)[None].astype(np.float32)
        rows = self._decoded(bgr)
        if not len(rows):
            return []
        kept = cv2.dnn.NMSBoxes(rows[:, :4].tolist(), rows[:, 14].tolist(), SURE, OVERLAP, top_k=MOST)
        faces = [_face(rows[i], ratio) for i in np.array(kept).ravel()]
        return sorted(faces, key=lambda face: -face.size)

    def _decoded(self, bgr: np.ndarray) -> np.ndarray:
        """(N, 15): left, top, width, height, five points, certainty, of everything that is sure enough."""
        outputs = run(self._session, bgr)
        found: list[np.ndarray] = []
        for stride in STRIDES:
            cells = SIDE // stride
            grid = np.stack(np.meshgrid(np.arange(cells), np.arange(cells)), -1).reshape(-1, 2).astype(np.float32)
            certain = np.sqrt(
                np.clip(outputs[f"cls_{stride}"][0, :, 0], 0, 1) * np.clip(outputs[f"obj_{stride}"][0, :, 0], 0, 1)
            )
            sure = certain >= SURE
            if not sure.any():
                continue
            at, box = grid[sure], outputs[f"bbox_{stride}"][0][sure]
            centre, extent = (box[:, :2] + at) * stride, np.exp(np.minimum(box[:, 2:], 10)) * stride
            points = (outputs[f"kps_{stride}"][0][sure].reshape(-1, 5, 2) + at[:, None]) * stride
            found.append(
                np.concatenate([centre - extent / 2, extent, points.reshape(-1, 10), certain[sure][:, None]], 1)
            )
        return np.concatenate(found) if found else np.zeros((0, 15))


def _face(row: np.ndarray, ratio: float) -> Face:
    left, top, width, height = (float(value) / ratio for value in row[:4])
    points = row[4:14].reshape(5, 2).astype(np.float64) / ratio
    return Face((left, top, width, height), points, "yunet5", float(row[14]), clear=bool(row[14] >= CLEAR))
