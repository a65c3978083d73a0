"""Every sample: which product stands on which stage."""

from __future__ import annotations

from collections.abc import Callable

from beauty import perfume, pump
from desk import carton, notebook, watch
from fashion import handbag, sunglasses, tshirt
from home import chair, lamp, plant, speaker
from kitchen import blue_mug, bottle, bowl, green_mug, jar, kettle, mug, vase
from places import kitchen, planks
from sets import FLAT, HARD, RAKING, SIDE, TABLE, Parts, Stage
from sneaker import sneaker

SHOTS: dict[str, tuple[Callable[[], Parts], Stage]] = {
    "mug": (mug, Stage("#d8d8d6", 214)),
    "perfume": (perfume, Stage("#dfd6c8", 218, turn=-18)),
    "pump-bottle": (pump, Stage("#d3dde6", 218)),
    "tea-carton": (carton, Stage("#f0f0f0", 240, turn=-28)),
    "handbag": (handbag, Stage("#b9babb", 186, turn=-22, fill=0.74)),
    "chair": (chair, Stage("#e4e4e2", 228, turn=-32, fill=0.78)),
    "sneaker": (sneaker, Stage("#e9e6e0", 232, turn=14, fill=0.74)),
    "plant": (plant, Stage("#dfdeda", 222, fill=0.8)),
    "speaker": (speaker, Stage("#f2f2f2", 242, HARD, turn=-16)),
    "kettle": (kettle, Stage("#9a9ea2", 165, SIDE, sweep=1.0, turn=-12)),
    "lamp": (lamp, Stage("#cfccc6", 205, SIDE, sweep=0.9, fill=0.74)),
    "notebook": (notebook, Stage("#e9e9e7", 234, TABLE, fill=0.74, turn=8)),
    "watch": (watch, Stage("#c2c4c6", 196, TABLE, fill=0.8, turn=24)),
    "tshirt": (tshirt, Stage("#dfe1e3", 226, RAKING, fill=0.8)),
    "sunglasses": (sunglasses, Stage("#efefef", 238, TABLE, fill=0.68, turn=-6)),
    "cropped-mug": (green_mug, Stage("#e9e9e7", 232, shift=(0.21, 0.02), fill=0.66)),
    "sand-vase": (vase, Stage("#d3bc9b", 205, fill=0.74)),
    "glass-bottle": (bottle, Stage("#dfd6c8", 218, fill=0.74, bounces=16)),
    "white-jar": (jar, Stage("#f2f2f2", 243, FLAT, fill=0.5)),
    "busy-mug": (blue_mug, Stage(tone=120, build=kitchen, fill=0.5)),
    "bowl-on-planks": (bowl, Stage(tone=125, light=TABLE, build=planks, fill=0.62)),
}
