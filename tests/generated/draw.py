"""Chance for product makers: sizes, colours that stand out from the backdrop, and materials."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from packshot.imaging.colour import hex_to_linear

from .materials import Material, Pattern
from .shapes import Float, Mesh

Colour = tuple[float, float, float]
# What shops sell: sRGB hex of paints, glazes, cloth and plastics.
PALETTE = [
    "#1c1c1e",
    "#2f3136",
    "#4a4d52",
    "#6d7075",
    "#8f9296",
    "#b8b9ba",
    "#e6e4df",
    "#f3efe6",
    "#1f2a44",
    "#27406b",
    "#3f6ea3",
    "#7fa6c9",
    "#0f4c4a",
    "#2e7d78",
    "#7fb8ad",
    "#2f4a36",
    "#5b7553",
    "#93a58a",
    "#c5cdb1",
    "#6b1f2a",
    "#9b2d30",
    "#c8463c",
    "#e2725b",
    "#e9a38c",
    "#f1c6b5",
    "#7a4a2b",
    "#a46a3c",
    "#c8955c",
    "#ddb98a",
    "#e9d6b4",
    "#b8860b",
    "#dca528",
    "#f0c75e",
    "#5a3a5e",
    "#8c5f8f",
    "#c59ac0",
    "#d86a8b",
    "#efb1bf",
    "#3b2a22",
    "#5c4033",
]
LEATHERS = [
    "#2b1b14",
    "#4a2c1d",
    "#6e4226",
    "#8b5a33",
    "#a9743f",
    "#c49a6c",
    "#1a1a1b",
    "#3c3f44",
    "#6b1f2a",
    "#22344f",
    "#b08a63",
]
WOODS = ["#4a2f1b", "#6e4526", "#8f6236", "#b58a55", "#c9a472", "#2f211a"]
GREENS = ["#1f3d22", "#2c5a2e", "#3f7a3a", "#5d9150", "#7aa35a", "#31523f", "#4d6b2f"]
METALS: tuple[Colour, ...] = ((0.72, 0.72, 0.74), (0.83, 0.62, 0.3), (0.78, 0.48, 0.36), (0.35, 0.35, 0.37))
# How far a product's colour must lie from the backdrop's in CIE L*: light falls off over a product, so that
# one lighter than its backdrop needs more distance than a darker one.
DARKER, LIGHTER = -22, 34


@dataclass(frozen=True)
class Part:
    """One piece of a product and what it is made of."""

    mesh: Mesh
    material: Material


def turned(parts: Sequence[Part], degrees: float) -> list[Part]:
    """The whole product turned on the floor."""
    return [replace(part, mesh=part.mesh.turned("y", degrees)) for part in parts]


@dataclass(frozen=True, eq=False)
class Draw:
    """Draws from one generator against one backdrop (3,) linear."""

    rng: np.random.Generator
    backdrop: Float

    def between(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, high))

    def whole(self, low: int, high: int) -> int:
        """A whole number, `high` included."""
        return int(self.rng.integers(low, high + 1))

    def chance(self, probability: float) -> bool:
        return bool(self.rng.random() < probability)

    def colour(self, palette: Sequence[str] = PALETTE, unlike: Colour | None = None) -> Colour:
        """A linear colour that a person tells from the backdrop, also in half shadow, and from `unlike`."""
        behind = lightness(self.backdrop)
        for _ in range(60):
            code = palette[self.whole(0, len(palette) - 1)]
            linear = np.clip(hex_to_linear(code) * self.rng.uniform(0.85, 1.15, 3), 0.008, 0.85)
            away = lightness(linear) - behind
            other = unlike is None or abs(lightness(linear) - lightness(np.array(unlike))) > 14
            if other and (away < DARKER or away > LIGHTER):
                return float(linear[0]), float(linear[1]), float(linear[2])
        return (0.03, 0.03, 0.035) if behind > 50 else (0.7, 0.62, 0.5)

    def matt(self, **other: object) -> Material:
        return replace(Material(self.colour()), gloss=self.between(0, 0.3), roughness=self.between(0.35, 0.6), **other)

    def glossy(self, **other: object) -> Material:
        return replace(
            Material(self.colour()),
            gloss=self.between(0.7, 1),
            roughness=self.between(0.03, 0.14),
            grain=0.01,
            **other,
        )

    def body(self, *patterns: Pattern) -> Material:
        """A matt or glossy material, at times with one of the patterns in a second colour."""
        material = self.glossy() if self.chance(0.5) else self.matt()
        if patterns and self.chance(0.6):
            pattern = patterns[self.whole(0, len(patterns) - 1)]
            material = replace(
                material,
                pattern=pattern,
                second=self.colour(unlike=material.colour),
                repeat=(self.whole(3, 8), self.whole(3, 9)),
            )
            if pattern in ("label", "print"):
                material = replace(material, repeat=(2.0 if pattern == "label" else 1.0, 1.0))
        return material

    def wood(self) -> Material:
        light, dark = self.colour(WOODS), self.colour(WOODS)
        shiny = self.between(0.15, 0.5)
        return Material(light, dark, "wood", (1, self.whole(5, 10)), gloss=shiny, roughness=0.3)

    def metal(self) -> Material:
        colour = METALS[self.whole(0, len(METALS) - 1)]
        return Material(colour, metal=True, roughness=self.between(0.05, 0.25), grain=0.01)

    def fabric(self, *patterns: Pattern) -> Material:
        pattern = (*patterns, "weave", "knit")[self.whole(0, len(patterns) + 1)]
        colour = self.colour()
        second = tuple(0.78 * part for part in colour) if pattern in ("weave", "knit") else self.colour(unlike=colour)
        repeat = self.between(60, 110) if pattern in ("weave", "knit") else self.whole(4, 14)
        return Material(
            colour,
            (second[0], second[1], second[2]),
            pattern,
            (repeat, repeat),
            gloss=0.05,
            roughness=0.7,
            grain=0.05,
            bump=0.12 if pattern in ("weave", "knit") else 0.05,
        )

    def leather(self) -> Material:
        colour = self.colour(LEATHERS)
        return Material(
            colour,
            pattern="leather",
            gloss=self.between(0.3, 0.8),
            roughness=self.between(0.22, 0.4),
            grain=0.05,
            bump=0.1,
        )


def lightness(linear: Float) -> float:
    """CIE L*, 0..100, of a linear colour (3,)."""
    luminance = float(np.dot(linear, [0.2126, 0.7152, 0.0722]))
    return 116 * luminance ** (1 / 3) - 16 if luminance > 0.008856 else 903.3 * luminance
