"""Face models: tiny ones that look at pixels, and dlib's where its weights are installed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from . import tiny

if TYPE_CHECKING:
    from packshot.locks.identity.stack import Stack


@pytest.fixture(scope="session")
def tiny_detector(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.detector(tmp_path_factory.mktemp("detector") / "detector.onnx")


@pytest.fixture(scope="session")
def tiny_embedder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.embedder(tmp_path_factory.mktemp("embedder") / "embedder.onnx")


@pytest.fixture(scope="session")
def tiny_stack(tiny_detector: Path, tiny_embedder: Path) -> Stack:
    from packshot.locks.identity.onnx_embedder import OnnxEmbedder
    from packshot.locks.identity.spec import EMBEDDERS
    from packshot.locks.identity.stack import Stack
    from packshot.locks.identity.yunet import YuNet

    spec = replace(EMBEDDERS["auraface"], accept=0.95, review=0.9)
    return Stack(
        YuNet(tiny_detector, tiny.digest(tiny_detector)),
        OnnxEmbedder(spec, tiny_embedder, tiny.digest(tiny_embedder)),
        spec,
    )
