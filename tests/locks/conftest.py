"""Face models: tiny ones that look at pixels, and dlib's where its weights are installed."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from packshot.cli import main

from . import tiny

if TYPE_CHECKING:
    from packshot.locks.identity.stack import Stack

Command = Callable[..., tuple[int, str, str]]


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


@pytest.fixture
def packshot(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command line, run here: exit code, standard output, standard error."""

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["packshot", *map(str, arguments)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capfd.readouterr()
        assert "Traceback" not in out + err
        return int(ended.value.code or 0), out, err

    return run
