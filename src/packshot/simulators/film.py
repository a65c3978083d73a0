"""The videos that simulators make: the product in a room that the camera comes slowly closer to, marked as simulated.

VP9 in an MP4, which every browser plays, free ones too. Words ask for the defects that pictures can have, and for
videos that nobody can use: `defect:black` (it shows nothing), `defect:blurs-later` (the product blurs after the first
second).
"""

from __future__ import annotations

import base64
import io
from functools import lru_cache

import av
import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace
from av.video.stream import VideoStream
from numpy.typing import NDArray
from starlette.requests import Request

from packshot.simulators.pictures import scene, stamp
from packshot.simulators.vendor import Job, address, in_thread

FRAMES_A_SECOND = 8
ZOOM = 0.08  # of the picture, from the beginning to the end
QUICK = {"deadline": "realtime", "cpu-used": "8", "crf": "24", "b": "0"}


async def film_of(request: Request, job: Job) -> str:
    """Where the video of a job is fetched: of its `size` and `seconds`, from its `picture` (a data URL) and `words`.

    The accident that the job has may have made another of it.
    """
    about = job.about
    width, height = (int(side) for side in about["size"].split("x"))
    seconds: float = about["seconds"]
    given: str | None = about["picture"]
    reference = base64.b64decode(given.partition(",")[2]) if given and given.startswith("data:") else None
    if job.fault == "wrong-size":
        width, height = width // 2, height // 2
    elif job.fault == "wrong-shape":
        width = width // 4 * 2
    elif job.fault == "brief":
        seconds /= 2
    data = await in_thread(video, width, height, seconds, about["words"], reference)
    if job.fault == "cut-short":
        data = data[: len(data) // 2]
    return address(request, data, "video/mp4", job.fault)


@lru_cache(maxsize=32)
def video(width: int, height: int, seconds: float, words: str = "", reference: bytes | None = None) -> bytes:
    """An MP4 of `width` × `height` pixels and `seconds`; BadInputError if `reference` cannot be opened."""
    still = scene(words, width, height, (reference,) if reference else ())
    made = io.BytesIO()
    with av.open(made, "w", format="mp4") as file:
        file.metadata["comment"] = "made by a simulator"
        stream: VideoStream = file.add_stream("libvpx-vp9", rate=FRAMES_A_SECOND, options=QUICK)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.colorspace = Colorspace.ITU709
        frames = max(1, round(seconds * FRAMES_A_SECOND))
        for number in range(frames):
            shown = _closer(still, number / frames)
            if "defect:blurs-later" in words and number >= FRAMES_A_SECOND:
                shown = np.asarray(cv2.GaussianBlur(shown, (0, 0), width / 40), np.uint8)
            stamp(shown)
            if "defect:black" in words:
                shown[:] = 0
            frame = VideoFrame.from_ndarray(shown, format="rgb24")
            file.mux(stream.encode(frame.reformat(format="yuv420p", dst_colorspace=Colorspace.ITU709)))
        file.mux(stream.encode(None))
    return made.getvalue()


def _closer(still: NDArray[np.uint8], part: float) -> NDArray[np.uint8]:
    """`still` (H, W, 3) when `part` of the way is gone, 0 to 1."""
    height, width = still.shape[:2]
    scale = 1 + ZOOM * part
    towards = np.array([[scale, 0, width * (1 - scale) / 2], [0, scale, height * (1 - scale) / 2]], np.float32)
    return np.ascontiguousarray(cv2.warpAffine(still, towards, (width, height), flags=cv2.INTER_LINEAR), np.uint8)
