"""Cutting the product out of its photo, and saying how sure that is."""

from packshot.studio.cutout.colour import straight_rgba
from packshot.studio.cutout.cut import cut
from packshot.studio.cutout.result import Cutout, Reason, Verdict, View

__all__ = ["Cutout", "Reason", "Verdict", "View", "cut", "straight_rgba"]
