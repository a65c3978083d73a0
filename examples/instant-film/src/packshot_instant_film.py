"""Instant film as a Packshot engine: the product photo on a white card, nothing else."""

from datetime import date

import cv2
import numpy as np

from packshot.engines.base import Artefact, Capabilities, Cost, Done, Engine, Model
from packshot.imaging.decode import decode
from packshot.imaging.photo import Photo


class InstantFilm(Engine):
    id = "instant_film"
    title = "Instant film"
    words = "Puts the photo on a white card, like an instant camera."

    @classmethod
    def models(cls):
        can = Capabilities(references=1, needs_product=True, words=False, seed=True, styles=frozenset({"card"}))
        return [Model("card-1", "Card", can, Cost(0), "MIT", True, date(2026, 11, 21), "this file")]

    async def submit(self, request, *, key):
        photo = decode(request.references[0].data, name=request.references[0].name).pixels
        side = round(min(request.width, request.height) * 0.8)
        crop = min(photo.shape[:2])
        print_ = cv2.resize(photo[:crop, :crop], (side, side), interpolation=cv2.INTER_AREA)
        card = np.full((request.height, request.width, 3), np.iinfo(photo.dtype).max, photo.dtype)
        left = top = (min(request.width, request.height) - side) // 2
        card[top : top + side, left : left + side] = print_
        return Done((Artefact(Photo(card), seed=request.seed),))
