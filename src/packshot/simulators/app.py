"""All simulators in one server, each under its vendor's name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from packshot.simulators import bedrock, fashn, openai, replicate, runway, stability, video
from packshot.simulators.webhooks import SECRET

VENDORS: Mapping[str, Callable[[], Starlette]] = {
    "bedrock": bedrock.create,
    "fashn": fashn.create,
    "http_video": video.create,
    "openai": openai.create,
    "replicate": replicate.create,
    "runway": runway.create,
    "stability": stability.create,
}


def create() -> Starlette:
    """`/openai`, `/stability` and the others; `/` tells what each would have billed."""
    vendors = {name: vendor() for name, vendor in VENDORS.items()}

    async def index(_: Request) -> Response:
        return JSONResponse({name: vendor.state.books.billed for name, vendor in vendors.items()})

    return Starlette(routes=[Route("/", index), *(Mount(f"/{name}", app) for name, app in vendors.items())])


def settings(base: str) -> dict[str, str]:
    """What to put into the environment so that engines talk to simulators at `base`.

    http_video needs a file besides, with what `base`/http_video/_simulator/contract answers.
    """
    variables: dict[str, str] = {}
    for name in VENDORS:
        variables[f"PACKSHOT_{name.upper()}_BASE_URL"] = f"{base}/{name}" + ("/v1" if name == "openai" else "")
        if name != "bedrock":
            variables[f"PACKSHOT_{name.upper()}_API_KEY"] = "simulated"
    return variables | {
        "PACKSHOT_BEDROCK_REGION": "us-west-2",
        "PACKSHOT_BEDROCK_ACCESS_KEY_ID": "simulated",
        "PACKSHOT_BEDROCK_SECRET_ACCESS_KEY": "simulated",
        "PACKSHOT_REPLICATE_WEBHOOK_SECRET": SECRET,
        "PACKSHOT_HTTP_VIDEO_WEBHOOK_SECRET": SECRET,
    }
