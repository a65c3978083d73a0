"""What a product lock's reasons are called by programs, and what they say to a seller."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reason:
    """`code` for programs, `words` for a seller, `remedy` what could be changed for another try."""

    code: str
    words: str
    remedy: str


_KEEP = "Use an engine that keeps the product's own pixels, or lay them back over the picture."

OF_MEASURE = {
    "texture": Reason("texture_changed", "The product's surface differs: its texture was drawn anew.", _KEEP),
    "detail": Reason("detail_changed", "A detail on the product differs, such as its print or a part of it.", _KEEP),
    "colour": Reason(
        "recoloured",
        "The product's colour differs.",
        "Name the colour in the description, or let the engine change less.",
    ),
    "part_colour": Reason(
        "part_recoloured",
        "A part of the product has another colour.",
        "Name the part's colour in the description, or let the engine change less.",
    ),
    "deformation": Reason(
        "deformed", "The product's shape is bent or warped.", "Hold the engine closer to the outline."
    ),
    "outline": Reason(
        "outline_changed",
        "The product's outline differs: a part of it is bent, covered or gone.",
        "Hold the engine closer to the outline.",
    ),
    "aspect": Reason(
        "stretched", "The product is stretched in one direction.", "Hold the engine closer to the outline."
    ),
    "blur": Reason("blurred", "The product is blurred.", "Ask for a larger product or a sharper picture."),
    "missing": Reason(
        "part_missing", "A part of the product is missing or covered.", "Hold the engine closer to the outline."
    ),
    "outside": Reason("cropped", "A part of the product is cut off by the frame.", "Ask for a wider framing."),
}
PROTECTED = Reason("protected_changed", "A protected part, a logo or a text, differs from your photo.", _KEEP)
PROTECTED_LOST = Reason("protected_lost", "A protected part, a logo or a text, cannot be found in the picture.", _KEEP)
NOT_FOUND = Reason(
    "not_found", "The product cannot be found in the picture.", "Say where the product stands, and try another seed."
)
LIMITED = Reason(
    "limited_evidence",
    "What can be compared is the same, but the product has too little texture to be sure.",
    "Have a look at it.",
)
WORN = Reason(
    "worn_garment",
    "Prints and colours are those of the garment, but how it drapes cannot be compared.",
    "Have a look at it.",
)
PALETTE = Reason(
    "palette_changed", "The garment's colours are not in the picture.", "Name its colours in the description."
)
SAME = Reason("same", "It is the same product.", "")
