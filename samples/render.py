"""Renders the sample photos and their exact alpha with Mitsuba 3: `python samples/render.py [NAME ...]`."""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from PIL import Image

from denoise import denoised
from geometry import Mesh
from materials import plain
from prints import Picture
from products import SHOTS
from sets import Camera, Part, Parts, Stage, aim, backdrop, emitters, standing

HERE = Path(__file__).parent
PASSES = 8
COVERAGE_SAMPLES = 256
GUIDE_SAMPLES = 64
QUALITY = 93
SHOULDER = 0.82  # linear level above which highlights roll off instead of clipping
SHOT_NOISE, READ_NOISE = 4e-6, 1.5e-7  # variances of the last trace of sensor noise, linear


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="samples to render; all of them if none is named")
    parser.add_argument("--size", type=int, help="the longer side in pixels, in place of the sample's own")
    parser.add_argument("--spp", type=int, default=64, help="samples per pixel")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, default=HERE)
    options = parser.parse_args()
    listed = {sample["name"]: sample for sample in yaml.safe_load((HERE / "samples.yaml").read_text())}
    mitsuba = tracer(options.threads)
    for name in options.names or listed:
        width, height = listed[name]["size"]
        if options.size:
            width, height = (round(side * options.size / max(width, height)) for side in (width, height))
        elevation = 90.0 if listed[name]["view"] == "above" else float(listed[name]["elevation"])
        shoot(mitsuba, name, (width, height), elevation, options.spp, options.out)
        print(name, flush=True)


def tracer(threads: int) -> Any:
    """Mitsuba, compiled by LLVM where that works, else its plain and patient variant."""
    mitsuba: Any = importlib.import_module("mitsuba")
    drjit: Any = importlib.import_module("drjit")
    try:
        mitsuba.set_variant("llvm_ad_rgb")
        drjit.eval(mitsuba.Float(1) + 1)
        drjit.set_thread_count(threads)
    except Exception:
        mitsuba.set_variant("scalar_rgb")
    mitsuba.set_log_level(mitsuba.LogLevel.Error)
    return mitsuba


def shoot(mitsuba: Any, name: str, size: tuple[int, int], elevation: float, spp: int, out: Path) -> None:
    """Writes photos/NAME.jpg and alpha/NAME.png under `out`."""
    product, stage = SHOTS[name]
    parts = standing(product(), stage.turn)
    camera = aim(parts, stage, elevation, size)
    alpha = coverage(mitsuba, parts, camera, size)
    scene = {
        "type": "scene",
        "integrator": {"type": "path", "max_depth": stage.bounces, "hide_emitters": True},
        "sensor": sensor(mitsuba, camera, size, "multijitter"),
        "room": {"type": "constant", "radiance": grey(stage.light.room)},
        **shapes(mitsuba, parts, "product"),
        **shapes(mitsuba, backdrop(parts, stage), "set"),
        **lights(mitsuba, parts, stage, elevation),
    }
    world = mitsuba.load_dict(scene)
    passes = np.stack([rendered(mitsuba, world, max(1, spp // PASSES), seed) for seed in range(PASSES)])
    features = surfaces(mitsuba, parts, stage, camera, size)
    picture = denoised(passes, features[..., :3], features[..., 3:], alpha)
    photo = developed(picture, alpha, stage, seed=len(name))
    for folder in ("photos", "alpha"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    Image.fromarray(photo).save(out / "photos" / f"{name}.jpg", quality=QUALITY, subsampling=0, optimize=True)
    Image.fromarray(np.round(alpha * 255).astype(np.uint8)).save(out / "alpha" / f"{name}.png", optimize=True)


def rendered(mitsuba: Any, world: Any, spp: int, seed: int, **options: Any) -> Picture:
    return np.array(mitsuba.render(world, spp=spp, seed=seed, **options)).astype(np.float32)


def surfaces(mitsuba: Any, parts: Parts, stage: Stage, camera: Camera, size: tuple[int, int]) -> Picture:
    """(H, W, 6) float32: the colour and the normal of what every pixel sees, all but free of noise."""
    painted = [Part(part.mesh, plain(part.material)) for part in [*parts, *backdrop(parts, stage)]]
    world = mitsuba.load_dict(
        {
            "type": "scene",
            "integrator": {"type": "aov", "aovs": "albedo:albedo,normal:sh_normal"},
            "sensor": sensor(mitsuba, camera, size, "stratified"),
            **shapes(mitsuba, painted, "any"),
        }
    )
    return rendered(mitsuba, world, GUIDE_SAMPLES, 0)[..., -6:]


def coverage(mitsuba: Any, parts: Parts, camera: Camera, size: tuple[int, int]) -> Picture:
    """(H, W) float32: the share of every pixel's square that the product covers."""
    world = mitsuba.load_dict(
        {
            "type": "scene",
            "integrator": {"type": "depth"},
            "sensor": sensor(mitsuba, camera, size, "stratified"),
            **shapes(mitsuba, parts, "product"),
        }
    )
    return rendered(mitsuba, world, COVERAGE_SAMPLES, 1)[..., 3].clip(0, 1)


def developed(picture: Picture, alpha: Picture, stage: Stage, seed: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """An sRGB photo (H, W, 3): the backdrop at its tone, highlights rolled off, a trace of sensor noise."""
    bare = picture[alpha == 0].mean(1)
    level = ((stage.tone / 255 + 0.055) / 1.055) ** 2.4
    light = picture * (level / float(np.percentile(bare, 75)))
    over = np.maximum(light - SHOULDER, 0)
    reach = 1 - SHOULDER
    light = np.where(over > 0, SHOULDER + reach * (1 - np.exp(-over / reach)), light)
    deviation = np.sqrt(np.maximum(light, 0) * SHOT_NOISE + READ_NOISE)
    light = light + np.random.default_rng(seed).normal(size=light.shape) * deviation
    encoded = np.where(light <= 0.0031308, 12.92 * light, 1.055 * np.maximum(light, 1e-6) ** (1 / 2.4) - 0.055)
    return np.round(np.clip(encoded, 0, 1) * 255).astype(np.uint8)


def sensor(mitsuba: Any, camera: Camera, size: tuple[int, int], sampler: str) -> dict[str, Any]:
    look = mitsuba.ScalarTransform4f().look_at(
        origin=camera.origin.tolist(), target=camera.target.tolist(), up=list(camera.up)
    )
    film = {
        "type": "hdrfilm",
        "width": size[0],
        "height": size[1],
        "rfilter": {"type": "box"},
        "pixel_format": "rgba" if sampler == "stratified" else "rgb",
    }
    return {
        "type": "perspective",
        "fov": camera.fov,
        "fov_axis": "larger",
        "to_world": look,
        "film": film,
        "sampler": {"type": sampler},
    }


def lights(mitsuba: Any, parts: Parts, stage: Stage, elevation: float) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for number, box in enumerate(emitters(parts, stage.light, above=elevation > 80)):
        placed = mitsuba.ScalarTransform4f().look_at(
            origin=box["place"].tolist(), target=box["target"].tolist(), up=[0, 0.01, 1]
        )
        found[f"light{number}"] = {
            "type": "rectangle",
            "to_world": placed @ mitsuba.ScalarTransform4f().scale([*box["size"], 1]),
            "emitter": {"type": "area", "radiance": grey(box["radiance"])},
        }
    return found


def grey(level: float) -> dict[str, Any]:
    return {"type": "rgb", "value": [level] * 3}


def shapes(mitsuba: Any, parts: Parts, prefix: str) -> dict[str, Any]:
    return {f"{prefix}{k}": loaded(mitsuba, part.mesh, part.material, f"{prefix}{k}") for k, part in enumerate(parts)}


def loaded(mitsuba: Any, mesh: Mesh, material: dict[str, Any], name: str) -> Any:
    properties = mitsuba.Properties()
    properties["bsdf"] = mitsuba.load_dict(textured(mitsuba, material))
    shape = mitsuba.Mesh(
        name,
        len(mesh.vertices),
        len(mesh.faces),
        has_vertex_normals=True,
        has_vertex_texcoords=True,
        props=properties,
    )
    values = mitsuba.traverse(shape)
    values["vertex_positions"] = mesh.vertices.astype(np.float32).ravel()
    values["vertex_normals"] = mesh.normals().astype(np.float32).ravel()
    values["vertex_texcoords"] = mesh.uv.astype(np.float32).ravel()
    values["faces"] = mesh.faces.astype(np.uint32).ravel()
    values.update()
    return shape


def textured(mitsuba: Any, material: dict[str, Any]) -> dict[str, Any]:
    """A material whose pictures are Mitsuba's bitmaps."""
    ready: dict[str, Any] = {}
    for key, value in material.items():
        if key == "pixels":
            pixels = np.ascontiguousarray((value if value.ndim == 3 else value[..., None])[::-1], dtype=np.float32)
            ready["bitmap"] = mitsuba.Bitmap(pixels)
            ready["raw"] = True
        elif key == "tiles":
            ready["to_uv"] = mitsuba.ScalarTransform3f().scale(list(value))
        else:
            ready[key] = textured(mitsuba, value) if isinstance(value, dict) else value
    return ready


if __name__ == "__main__":
    main()
