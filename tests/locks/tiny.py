"""Tiny ONNX models with the inputs and outputs of YuNet and of ArcFace, that look at pixels; and pictures for them.

The detector fires where a cell of 32 px is red, and gives a face of 128 px around it; the embedder projects an 8 × 8
mean of the chip it is given. So what is tested is all of our own code around them: letterbox, decoding, suppression,
alignment, metric, limits.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

SIDE, FACE, CELL = 640, 128, 32
STRIDES = (8, 16, 32)
# The landmarks of a face, in halves of its width from its middle: eyes, nose, corners of the mouth.
LANDMARKS = np.array([(-0.3, -0.25), (0.3, -0.25), (0.0, 0.05), (-0.22, 0.35), (0.22, 0.35)])

Picture = NDArray[np.uint8]


def digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def detector(path: Path) -> Path:
    """YuNet's graph in small: input (1, 3, 640, 640) BGR 0..255; cls, obj, bbox and kps for three strides."""
    nodes: list[Any] = []
    values: list[Any] = []
    outputs: list[Any] = []

    def constant(name: str, array: Any, kind: type = np.float32) -> str:
        values.append(numpy_helper.from_array(np.asarray(array, kind), name))
        return name

    weights = constant("weights", np.reshape([-1, -1, 1], (1, 3, 1, 1)))
    nodes.append(helper.make_node("Conv", ["input", weights], ["red"]))
    for stride in STRIDES:
        cells = (SIDE // stride) ** 2
        pool = {"kernel_shape": [stride, stride], "strides": [stride, stride]}
        nodes += [
            helper.make_node("AveragePool", ["red"], [f"mean_{stride}"], **pool),
            helper.make_node("Sub", [f"mean_{stride}", constant(f"limit_{stride}", 200.0)], [f"over_{stride}"]),
            helper.make_node("Sigmoid", [f"over_{stride}"], [f"gate_{stride}"]),
            helper.make_node(
                "Reshape", [f"gate_{stride}", constant(f"shape_{stride}", [1, cells, 1], np.int64)], [f"flat_{stride}"]
            ),
            helper.make_node(
                "Mul", [f"flat_{stride}", constant(f"on_{stride}", float(stride == CELL))], [f"cls_{stride}"]
            ),
            helper.make_node("Identity", [f"cls_{stride}"], [f"obj_{stride}"]),
        ]
        box = np.array([0.5, 0.5, np.log(FACE / stride), np.log(FACE / stride)])
        points = (LANDMARKS * FACE / stride + 0.5).ravel()
        for name, row in (("bbox", box), ("kps", points)):
            made = constant(f"{name}_of_{stride}", np.tile(row, (1, cells, 1)))
            nodes.append(helper.make_node("Identity", [made], [f"{name}_{stride}"]))
        shapes = {"cls": 1, "obj": 1, "bbox": 4, "kps": 10}
        outputs += [
            helper.make_tensor_value_info(f"{name}_{stride}", TensorProto.FLOAT, [1, cells, width])
            for name, width in shapes.items()
        ]
    given = helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3, SIDE, SIDE])
    return _saved(path, nodes, [given], outputs, values)


def embedder(path: Path, dimension: int = 512, size: int = 112) -> Path:
    """ArcFace's graph in small: input (N, 3, size, size); output (N, dimension)."""
    pool = size // 8
    matrix = np.random.default_rng(7).normal(0, 1, (192, dimension)).astype(np.float32)
    values = [numpy_helper.from_array(matrix, "matrix")]
    nodes = [
        helper.make_node("AveragePool", ["input.1"], ["mean"], kernel_shape=[pool, pool], strides=[pool, pool]),
        helper.make_node("Flatten", ["mean"], ["flat"]),
        helper.make_node("MatMul", ["flat", "matrix"], ["683"]),
    ]
    given = helper.make_tensor_value_info("input.1", TensorProto.FLOAT, ["N", 3, size, size])
    made = helper.make_tensor_value_info("683", TensorProto.FLOAT, ["N", dimension])
    return _saved(path, nodes, [given], [made], values)


def person(seed: int, mirrored: bool = True) -> Picture:
    """A "face" of 192 px: a mosaic of its own, alike left and right as faces are, around the red that is found."""
    colours = np.random.default_rng(seed).integers(0, 2, (8, 8, 3)) * 200
    if mirrored:
        colours[:, 4:] = colours[:, :4][:, ::-1]
    face = np.kron(colours, np.ones((24, 24, 1))).astype(np.uint8)
    face[..., 0] = np.minimum(face[..., 0], face[..., 1])  # nothing else in it is red
    face[80:112, 80:112] = (255, 0, 0)
    return face


def scene(*placed: tuple[Picture, int, int], size: tuple[int, int] = (640, 640)) -> Picture:
    """A grey picture (width, height) with faces at x, y: multiples of 32 less 80, so that one cell is all red."""
    picture = np.full((size[1], size[0], 3), 90, np.uint8)
    for face, x, y in placed:
        picture[y : y + face.shape[0], x : x + face.shape[1]] = face
    return picture


def at(column: int, row: int) -> tuple[int, int]:
    """Where a face goes so that its red fills the cell at `column`, `row`."""
    return column * CELL - 80, row * CELL - 80


def _saved(path: Path, nodes: Any, inputs: Any, outputs: Any, values: Any) -> Path:
    graph = helper.make_graph(nodes, path.stem, inputs, outputs, values)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    onnx.save(model, path)
    return path
