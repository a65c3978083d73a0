"""The HTTP process."""

from __future__ import annotations

import gc
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pkgutil import iter_modules
from socket import socket

import uvicorn
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

import packshot
from packshot import db, valkey
from packshot.errors import UnavailableError
from packshot.log import configure
from packshot.migrations import head
from packshot.settings import settings
from packshot.web import assets, docs, errors, files
from packshot.web.events import Hub
from packshot.web.requests import Requests
from packshot.worker import import_tasks

DESCRIPTION = "Product photos in, shop-ready pictures out. Amounts are whole credits, times are UTC, ids sort by time."

BUSIEST = "packshot.shoots"
SHUTDOWN_S = 5  # what requests in flight get to end by themselves


def create_app() -> FastAPI:
    """The application with the routes of every domain that has an api.py or a pages.py."""
    app = FastAPI(
        title="Packshot",
        version=version("packshot"),
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        lifespan=_lifespan,
        responses=errors.RESPONSES,
    )
    errors.install(app)
    docs.install(app)
    app.add_middleware(Requests, https=settings().base_url.startswith("https://"))
    app.add_api_route("/livez", livez, include_in_schema=False)
    app.add_api_route("/readyz", readyz, include_in_schema=False)
    app.include_router(files.router)
    app.include_router(assets.router)
    # Routes are tried one after another: those that are asked most come first.
    for module in sorted(iter_modules(packshot.__path__, "packshot."), key=lambda one: one.name != BUSIEST):
        for part in ("api", "pages"):
            if module.ispkg and find_spec(f"{module.name}.{part}"):
                app.include_router(import_module(f"{module.name}.{part}").router)
    import_tasks()  # what a request enqueues, it names
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncGenerator[None]:
    hub = Hub()
    app.state.hub = hub
    async with hub.running():
        yield
    await db.dispose()
    await valkey.dispose()


class _Server(uvicorn.Server):
    """Ends the live streams first: uvicorn would wait for them."""

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        self.config.app.state.hub.stop()  # type: ignore[union-attr]
        await super().shutdown(sockets)


def serve(host: str, port: int) -> None:
    """Serves the application until this process is told to stop."""
    configure("web", settings().log_level)
    config = uvicorn.Config(
        create_app(),
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_S,
    )
    gc.collect()
    gc.freeze()  # what is there from the start stays: the collector need not look at it again and again
    _Server(config).run()


async def livez() -> JSONResponse:
    """The process runs."""
    return JSONResponse({"alive": True})


async def readyz() -> JSONResponse:
    """The database answers and has the schema that this code was written for, or a newer one.

    A newer one is fine: while a release is switched, old processes run on the new schema.
    """
    try:
        async with db.transaction() as session:
            found = await session.scalar(text("select version_num from alembic_version"))
    except DBAPIError:
        found = None
    if found is None or found < head():
        raise UnavailableError(f"The database has the schema {found}; {head()} is needed.", remedy="packshot migrate")
    return JSONResponse({"ready": True, "schema": found})
