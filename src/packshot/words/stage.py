"""The empty scene that a plate has to be, in numbers and in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

LightFrom = Literal["left", "right", "front", "behind", "above"]
_LIGHT = {
    "left": "from the upper left, so that shadows fall to the right",
    "right": "from the upper right, so that shadows fall to the left",
    "front": "from behind the camera, soft and even",
    "behind": "from behind the scene, so that shadows fall towards the camera",
    "above": "from above, soft and even",
}
_HEIGHTS = (
    (10.0, "at the height of the surface, looking level across it"),
    (25.0, "slightly above the surface, looking a little down on it"),
    (60.0, "well above the surface, looking down on it at an angle"),
    (90.0, "straight above the surface, looking down on it"),
)


@dataclass(frozen=True)
class Stage:
    """Where the product will stand: `ground` is the height of its lowest point, 0 top to 1 bottom of the frame.

    `elevation` is the camera's angle above the surface in degrees (0 level, 90 straight above). `light` is where it
    comes from. `room` are the parts of the frame's width and height around the centre that have to stay free.
    """

    ground: float = 0.86
    elevation: float = 12.0
    light: LightFrom = "left"
    room: tuple[float, float] = (0.6, 0.6)

    @property
    def words(self) -> dict[str, str]:
        """Camera, light and room in plain words, by these names."""
        camera = next((words for most, words in _HEIGHTS if self.elevation <= most), _HEIGHTS[-1][1])
        across, tall = (round(100 * part / 5) * 5 for part in self.room)
        horizon = round(100 * max(self.ground - 0.25, 0.2) / 5) * 5
        above = self.elevation > _HEIGHTS[2][0]
        return {
            "camera": camera,
            "light": _LIGHT[self.light],
            "room": f"the middle of the picture, {across} percent of its width and {tall} percent of its height",
            "surface": "the surface fills the "
            + ("whole picture" if above else f"lower {100 - horizon} percent of the picture, from edge to edge"),
        }
