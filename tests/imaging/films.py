"""Small videos for tests, made on the spot."""

from __future__ import annotations

import io
from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame

QUICK = {
    "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8"},
    "libx264": {"preset": "ultrafast", "bf": "2"},
    "libx265": {"preset": "ultrafast", "x265-params": "log-level=none:pools=none"},
    "libsvtav1": {"preset": "12", "svtav1-params": "lp=1"},
}


def film(
    codec: str = "libx264",
    *,
    size: tuple[int, int] = (96, 64),
    frames: int = 16,
    rate: int = 8,
    black: int = 0,
    streams: int = 1,
    sound: bool = False,
    format: str = "mp4",
) -> bytes:
    """A moving pattern, the first `black` frames black; its file says "secret" of itself."""
    made = io.BytesIO()
    width, height = size
    pattern = np.kron(np.random.default_rng(0).integers(60, 255, (height // 8, width // 8, 3)), np.ones((8, 8, 1)))
    with av.open(made, "w", format=format) as file:
        file.metadata["comment"] = "secret"
        tracks: list[Any] = [file.add_stream(codec, rate=rate, options=QUICK.get(codec, {})) for _ in range(streams)]
        for track in tracks:
            track.width, track.height, track.pix_fmt = width, height, "yuv420p"
        heard: Any = file.add_stream("aac", rate=44_100) if sound else None
        for number in range(frames):
            shown = np.roll(pattern, 2 * number, axis=1) * (number >= black)
            for track in tracks:
                file.mux(track.encode(VideoFrame.from_ndarray(shown.astype(np.uint8), format="rgb24")))
        for track in tracks:
            file.mux(track.encode(None))
        if heard:
            silence = AudioFrame.from_ndarray(np.zeros((1, 44_100), np.float32), format="fltp", layout="mono")
            silence.sample_rate = 44_100
            file.mux(heard.encode(silence))
            file.mux(heard.encode(None))
    return made.getvalue()
