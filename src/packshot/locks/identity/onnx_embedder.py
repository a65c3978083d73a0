"""Embedders in ONNX files: ArcFace and what is built like it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from packshot.locks.identity.align import Rgb
from packshot.locks.identity.session import open_model, run
from packshot.locks.identity.spec import EmbedderSpec
from packshot.locks.identity.weights import ModelMissingError


class OnnxEmbedder:
    """The model in a file, fed as `spec` says."""

    def __init__(self, spec: EmbedderSpec, path: Path, sha256: str) -> None:
        self._spec = spec
        self._session = open_model(path, sha256)
        self._name = path.name
        self.sha256 = sha256.lower()

    def embed(self, chips: list[Rgb]) -> list[np.ndarray]:
        """One vector for each of `chips`; a ModelMissingError where the model is not one of its spec."""
        stacked = np.stack(chips).astype(np.float32)
        given = (stacked if self._spec.rgb else stacked[..., ::-1]).transpose(0, 3, 1, 2)
        given = np.ascontiguousarray((given - self._spec.mean) / self._spec.scale, np.float32)
        # One at a time: some files are exported for one only.
        vectors = [next(iter(run(self._session, given[i : i + 1]).values())).reshape(-1) for i in range(len(chips))]
        if any(len(vector) != self._spec.dimension for vector in vectors):
            raise ModelMissingError(
                f"{self._name} makes {len(vectors[0])} numbers of a face, {self._spec.title} {self._spec.dimension}.",
                remedy="Set PACKSHOT_FACE_MODEL to the kind of model that this file is.",
            )
        return vectors
