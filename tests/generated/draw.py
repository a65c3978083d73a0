"""Chance for product makers: sizes, colours that stand out from the backdrop, and materials."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from .materials import Material, Pattern
from .shapes import Float, Mesh

Colour = tuple[float, float, float]
METALS: tuple[Colour, ...] = ((0.72, 0.72, 0.74), (0.83, 0.62, 0.3), (0.78, 0.48, 0.36), (0.35, 0.35, 0.37))


@dataclass(frozen=True)
class Part:
    """One piece of a product and what it is made of."""

    mesh: Mesh
    material: Material


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

    def colour(
        self, hue: tuple[float, float] = (0, 360), saturation: tuple[float, float] = (0.05, 0.85)
    ) -> Colour:
        """A colour, linear, that a person tells from the backdrop also in half shadow."""
        behind = lightness(self.backdrop)
        for _ in range(60):
            hsv = np.array(
                [[[self.between(*hue), self.between(*saturation), self.between(0.1, 0.92)]]], np.float32
            )
            encoded = cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)[0, 0]
            linear = np.where(encoded < 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
            away = lightness(linear) - behind
            if away < -26 or away > 34:
                return float(linear[0]), float(linear[1]), float(linear[2])
        return (0.03, 0.03, 0.035) if behind > 50 else (0.7, 0.62, 0.5)

    def matt(self, **other: object) -> Material:
        return replace(
            Material(self.colour()), gloss=self.between(0, 0.3), roughness=self.between(0.35, 0.6), **other
        )

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
                material, pattern=pattern, second=self.colour(), repeat=(self.whole(3, 8), self.whole(3, 9))
            )
            if pattern in ("label", "print"):
                material = replace(material, repeat=(2.0 if pattern == "label" else 1.0, 1.0))
        return material

    def metal(self) -> Material:
        colour = METALS[self.whole(0, len(METALS) - 1)]
        return Material(colour, metal=True, roughness=self.between(0.05, 0.25), grain=0.01)

    def fabric(self, *patterns: Pattern) -> Material:
        pattern = (*patterns, "weave", "knit")[self.whole(0, len(patterns) + 1)]
        colour = self.colour()
        second = tuple(0.78 * part for part in colour) if pattern in ("weave", "knit") else self.colour()
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
        colour = self.colour((8, 42), (0.25, 0.75)) if self.chance(0.7) else self.colour()
        return Material(
            colour,
            pattern="leather",
            gloss=self.between(0.3, 0.8),
            roughness=self.between(0.22, 0.4),
            grain=0.05,
            bump=0.16,
        )


def lightness(linear: Float) -> float:
    """CIE L*, 0..100, of a linear colour (3,)."""
    luminance = float(np.dot(linear, [0.2126, 0.7152, 0.0722]))
    return 116 * luminance ** (1 / 3) - 16 if luminance > 0.008856 else 903.3 * luminance
