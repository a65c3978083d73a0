"""What all tests share: a cache folder of their own, and one thread each so that they can run side by side."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "VIPS_CONCURRENCY"):
    os.environ.setdefault(variable, "1")

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session", autouse=True)
def cache_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh cutout cache, also for the processes that tests start."""
    folder = tmp_path_factory.mktemp("cache")
    os.environ["PACKSHOT_CACHE_DIR"] = str(folder)
    return folder


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT
