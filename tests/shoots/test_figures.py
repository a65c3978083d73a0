"""The drawings of the poses: there is one for each, none like another, and small enough to go with every request."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from packshot.engines.base import Reference
from packshot.engines.models import models_of
from packshot.shoots.references import posed
from packshot.words.poses import figure, poses

PRODUCT, PERSON = Reference(b"", role="product"), Reference(b"", role="person")


def test_every_pose_has_a_drawing_of_its_own() -> None:
    drawn = {pose: np.asarray(Image.open(io.BytesIO(figure(pose)))) for pose in poses()}
    assert {one.shape for one in drawn.values()} == {(768, 576)}
    assert all(len(figure(pose)) < 100_000 for pose in poses())
    for pose, one in drawn.items():
        away = [np.mean(np.abs(one.astype(float) - other)) for name, other in drawn.items() if name != pose]
        assert min(away) > 2, pose
    assert np.mean(np.abs(drawn["left"].astype(float) - drawn["right"][:, ::-1])) < 4, "one is the other's mirror image"


def test_a_drawing_goes_along_only_where_it_is_taken_and_displaces_nothing() -> None:
    painter, flux, other = models_of("openai")[0], models_of("replicate")[0], models_of("fashn")[0]
    (sent,) = posed("walking", painter, [PRODUCT, PERSON])
    assert (sent.role, sent.data) == ("pose", figure("walking"))
    assert posed("walking", flux, [PRODUCT, *[PERSON] * 6]), "the eighth"
    assert not posed("walking", flux, [PRODUCT, *[PERSON] * 7]), "there is no room left"
    assert posed("walking", painter, []) and not posed("front", painter, [PRODUCT]), "a product alone is in no pose"
    for model in (other, models_of("stability")[0], models_of("replicate")[1], None):
        assert not posed("walking", model, [PRODUCT, PERSON])
    assert not posed("", painter, [PRODUCT, PERSON])
