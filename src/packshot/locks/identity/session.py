"""ONNX models, run on the processor by onnxruntime, which is told to report nothing to anybody."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from packshot.locks.identity.weights import ModelMissingError, verified

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

INSTALL = "pip install 'packshot[faces-onnx]'"
THREADS = 1  # processes fill the cores


def open_model(path: Path, sha256: str) -> InferenceSession:
    """The model in `path`, whose bytes have to be those of `sha256`; a ModelMissingError where it cannot be had."""
    try:
        import onnxruntime
    except ImportError:
        raise ModelMissingError("ONNX face models need onnxruntime.", remedy=f"{INSTALL}.") from None
    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = THREADS
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(
            verified(path, sha256).read_bytes(), options, providers=["CPUExecutionProvider"]
        )
    except ModelMissingError:
        raise
    except Exception as problem:  # onnxruntime's errors have no common base of their own
        raise ModelMissingError(
            f"{path.name} is no model that onnxruntime can run.", remedy="Give the .onnx file of the model."
        ) from problem


def run(session: InferenceSession, given: Any) -> dict[str, Any]:
    """The outputs of a model with one input, by name."""
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(None, {session.get_inputs()[0].name: given}), strict=True))
