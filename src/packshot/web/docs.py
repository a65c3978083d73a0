"""/api/docs: Swagger UI from our own server, with no script in the page."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.responses import HTMLResponse, Response
from fastapi.staticfiles import StaticFiles

_START = """window.ui = SwaggerUIBundle({
  url: "/api/openapi.json", dom_id: "#ui", deepLinking: true, persistAuthorization: false, validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis], layout: "BaseLayout",
});
"""
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<link rel="stylesheet" href="/api/docs/assets/swagger-ui.css">
</head>
<body>
<div id="ui"></div>
<script src="/api/docs/assets/swagger-ui-bundle.js"></script>
<script src="/api/docs/start.js"></script>
</body>
</html>
"""
# Swagger UI styles its parts through style attributes, which only this page may have.
_POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


def install(app: FastAPI) -> None:
    """Serves the documentation of `app`."""
    router = APIRouter(include_in_schema=False)
    page = _PAGE.format(title=f"{app.title} API")

    @router.get("/api/docs")
    def docs() -> HTMLResponse:
        return HTMLResponse(page, headers={"Content-Security-Policy": _POLICY})

    @router.get("/api/docs/start.js")
    def start() -> Response:
        return Response(_START, media_type="text/javascript")

    app.include_router(router)
    app.mount("/api/docs/assets", StaticFiles(directory=_assets()))


def _assets() -> Path:
    """The folder with Swagger's files; the package around them would import more than is needed."""
    spec = find_spec("fastapi_offline")
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).parent / "static"
