"""The names of the scenes, in the order that people meet them: for who lists them without painting any."""

from __future__ import annotations

NAMES = (
    *("white", "white-shadow", "soft-grey", "beige", "marble", "wood"),
    *("concrete", "linen", "winter", "luxury", "dark", "podium"),
)
