"""What the sample products are made of: Mitsuba's scattering models as plain data, textures as arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from prints import Colour, Picture, blend, linear, weave

Material = dict[str, Any]
Paint = Colour | str | Picture

GOLD = "#e8c583"
STEEL = "#dcdcde"
COPPER = "#e0a184"
BRASS = "#dcb873"


def image(picture: Picture, tiles: tuple[float, float] = (1, 1)) -> dict[str, Any]:
    """A texture: the renderer makes a bitmap of `pixels`, v upwards, repeated `tiles` times (across, up)."""
    return {"type": "bitmap", "pixels": picture, "tiles": tiles}


def paint(colour: Paint, tiles: tuple[float, float] = (1, 1)) -> dict[str, Any]:
    if isinstance(colour, np.ndarray):
        return image(colour, tiles)
    return {"type": "rgb", "value": list(linear(colour))}


def glossy(colour: Paint, roughness: float = 0.1, tiles: tuple[float, float] = (1, 1)) -> Material:
    """Glaze, lacquer, plastic or varnished wood: a coloured ground under a clear coat."""
    coat = {
        "type": "roughplastic",
        "diffuse_reflectance": paint(colour, tiles),
        "alpha": roughness,
        "nonlinear": True,
    }
    return {"type": "twosided", "bsdf": coat}


def matte(colour: Paint, tiles: tuple[float, float] = (1, 1)) -> Material:
    """Paper, bare clay, chalk."""
    return {"type": "twosided", "bsdf": {"type": "diffuse", "reflectance": paint(colour, tiles)}}


def metal(colour: Paint, roughness: float = 0.15) -> Material:
    tint = {
        "type": "roughconductor",
        "material": "none",
        "specular_reflectance": paint(colour),
        "alpha": roughness,
    }
    return {"type": "twosided", "bsdf": tint}


def cloth(colour: Paint, tiles: tuple[float, float] = (1, 1), sheen: float = 0.6) -> Material:
    soft = {
        "type": "principled",
        "base_color": paint(colour, tiles),
        "roughness": 0.9,
        "specular": 0.2,
        "sheen": sheen,
        "sheen_tint": 0.6,
    }
    return {"type": "twosided", "bsdf": soft}


def glass(tint: Colour | str = (1.0, 1.0, 1.0), inside: float = 1.5, outside: float = 1.0) -> Material:
    return {
        "type": "dielectric",
        "int_ior": inside,
        "ext_ior": outside,
        "specular_transmittance": paint(tint),
    }


def embossed(material: Material, heights: Picture, depth: float, tiles: tuple[float, float] = (1, 1)) -> Material:
    """A material with relief: `heights` 0..1, `depth` as for one tile laid over the whole surface."""
    relief = {**image(heights, tiles), "raw": True}
    ground = material["bsdf"] if material["type"] == "twosided" else material
    return {"type": "twosided", "bsdf": {"type": "bumpmap", "bump": relief, "scale": depth, "bsdf": ground}}


def woven(yarn: Colour | str, tiles: tuple[float, float], depth: float, sheen: float = 0.6) -> Material:
    """Cloth whose single threads show; eight threads to a tile."""
    threads = weave(8, 256)
    shaded = blend((0.0, 0.0, 0.0), yarn, 0.5 + 0.5 * threads)
    return embossed(cloth(shaded, tiles, sheen), threads, depth, tiles)


def plain(material: Material) -> Material:
    """The same colours without gloss or relief: what a renderer's guide to textures sees."""
    for key in ("diffuse_reflectance", "reflectance", "base_color"):
        if key in material:
            return {"type": "twosided", "bsdf": {"type": "diffuse", "reflectance": material[key]}}
    return plain(material["bsdf"]) if "bsdf" in material else matte("#ffffff")
