"""The vendors' own SDKs talk to the simulators: what they cannot read, the vendor would not have said."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Generator
from io import BytesIO
from pathlib import Path
from typing import Any

import boto3
import httpx
import openai
import pytest
import replicate
import runwayml
from botocore.config import Config
from botocore.exceptions import ClientError
from PIL import Image
from replicate.webhook import Webhooks, WebhookValidationError

from packshot.simulators.webhooks import SECRET, signed
from tests.contract.plays import mask, photo
from tests.simulated import Simulators

# The vendor's own specification (github.com/openai/openai-openapi, as JSON), which is no part of the project: where
# OPENAI_SPEC says, or where somebody has put it beside a checkout.
_BESIDE = (one / "shared/specs/openai.images.openapi.json" for one in Path(__file__).parents)
SPEC = Path(os.environ.get("OPENAI_SPEC") or next((one for one in _BESIDE if one.is_file()), "nowhere"))
specified = pytest.mark.skipif(
    not SPEC.is_file(), reason="OpenAI's specification is not here: OPENAI_SPEC names none, shared/specs has none"
)


@pytest.fixture
def gpt(simulators: Simulators) -> Generator[openai.OpenAI]:
    url = f"{simulators.url}/openai/v1"
    with openai.OpenAI(api_key="simulated", base_url=url, max_retries=0) as client:
        yield client


@pytest.fixture
def runner(simulators: Simulators) -> Generator[replicate.Client]:
    client = replicate.Client(api_token="simulated", base_url=f"{simulators.url}/replicate")
    yield client
    client._client.close()


@pytest.fixture
def runway(simulators: Simulators) -> Generator[runwayml.RunwayML]:
    url = f"{simulators.url}/runway"
    with runwayml.RunwayML(api_key="simulated", base_url=url, max_retries=0) as client:
        yield client


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


def test_openai_generates(gpt: openai.OpenAI, simulators: Simulators) -> None:
    before = simulators.billed("openai")
    answer = gpt.images.generate(model="gpt-image-2", prompt="a mug", size="1536x864", quality="low", n=2)
    assert answer.data and len(answer.data) == 2 and answer.usage and answer.usage.output_tokens == 400
    assert opened(base64.b64decode(answer.data[0].b64_json or "")).size == (1536, 864)
    assert simulators.billed("openai") == before + 1


def test_openai_edits_with_a_mask(gpt: openai.OpenAI) -> None:
    clear = Image.new("RGBA", (320, 240), (0, 0, 0, 255))
    clear.paste((0, 0, 0, 0), (0, 0, 320, 120))
    clear.save(data := BytesIO(), "PNG")
    answer = gpt.images.edit(
        model="gpt-image-2",
        prompt="a mug",
        image=[("a.png", photo(), "image/png"), ("b.png", photo(), "image/png")],
        mask=("mask.png", data.getvalue(), "image/png"),
        size="1024x1024",
    )
    assert answer.data and opened(base64.b64decode(answer.data[0].b64_json or "")).size == (320, 240)


@pytest.mark.parametrize(
    "wrong",
    [
        {"size": "1000x1000"},
        {"size": "3840x1024"},
        {"size": "512x512"},
        {"model": "dall-e-3"},
        {"model": "gpt-image-1"},
        {"quality": "max"},
        {"n": 11},
        {"prompt": ""},
        {"response_format": "url"},
        {"extra_body": {"seed": 5}},
        {"extra_body": {"negative_prompt": "people"}},
    ],
)
def test_openai_refuses_what_it_does_not_know(gpt: openai.OpenAI, wrong: dict[str, Any]) -> None:
    with pytest.raises((openai.BadRequestError, openai.NotFoundError)):
        gpt.images.generate(**{"model": "gpt-image-2", "prompt": "a mug", "size": "1024x1024"} | wrong)


def test_openai_refuses_wrong_masks_and_too_many_pictures(gpt: openai.OpenAI) -> None:
    image = ("a.png", photo(), "image/png")
    for wrong in (mask(), photo(100, 100), b"not a picture"):
        with pytest.raises(openai.BadRequestError):
            gpt.images.edit(model="gpt-image-2", prompt="a", image=image, mask=("mask.png", wrong, "image/png"))
    with pytest.raises(openai.BadRequestError):
        gpt.images.edit(model="gpt-image-2", prompt="a", image=[image] * 17)


def test_openai_says_its_errors_in_its_own_way(gpt: openai.OpenAI) -> None:
    def ask(words: str) -> None:
        gpt.images.generate(model="gpt-image-2", prompt=words)

    with pytest.raises(openai.RateLimitError) as limited:
        ask("fault:rate-limited")
    assert limited.value.response.headers["retry-after"] == "7"
    with pytest.raises(openai.RateLimitError) as empty:
        ask("fault:unpaid")
    assert empty.value.code == "insufficient_quota"
    with pytest.raises(openai.BadRequestError) as moderated:
        ask("fault:moderated")
    assert moderated.value.code == "moderation_blocked"
    with pytest.raises(openai.InternalServerError):
        ask("fault:broken")
    with pytest.raises(openai.AuthenticationError):
        gpt.with_options(api_key="wrong").images.generate(model="gpt-image-2", prompt="a")


def test_an_sdk_that_retries_pays_twice(gpt: openai.OpenAI, simulators: Simulators) -> None:
    """Why engines bring no SDK of a vendor's that sends again."""
    before = simulators.billed("openai")
    with pytest.raises(openai.InternalServerError):
        gpt.with_options(max_retries=1).images.generate(model="gpt-image-2", prompt="fault:broken-after")
    assert simulators.billed("openai") == before + 2


@specified
def test_openais_specification_knows_every_field_that_the_simulator_takes() -> None:
    """The specification lags behind the vendor, so it is held only against what both know."""
    from packshot.simulators.openai import Edit, Generation

    schemas = specification()
    for ours, theirs in ((Generation, "CreateImageRequest"), (Edit, "CreateImageEditRequest")):
        known = set(schemas[theirs]["properties"]) | {"safety_identifier"}
        assert set(ours.model_fields) <= known
        assert set(schemas[theirs]["required"]) <= set(ours.model_fields) | {"image"}


@specified
def test_openais_specification_knows_all_that_the_simulator_answers(simulators: Simulators) -> None:
    schemas, headers = specification(), {"Authorization": "Bearer simulator"}
    url, body = f"{simulators.url}/openai/v1/images/generations", {"model": "gpt-image-2", "prompt": "a mug"}
    told = httpx.post(url, json=body, headers=headers, timeout=30).raise_for_status().json()
    for answer, name in (
        (told, "ImagesResponse"),
        (told["data"][0], "Image"),
        (told["usage"], "ImageGenUsage"),
        (told["usage"]["input_tokens_details"], "ImageGenInputUsageDetails"),
    ):
        theirs = schemas[name]
        assert set(theirs.get("required", ())) <= set(answer) <= set(theirs["properties"]), name
        for field, value in answer.items():
            known = theirs["properties"][field]
            assert value in known.get("enum", [value]), (name, field)


def specification() -> Any:
    return json.loads(SPEC.read_text())["components"]["schemas"]


def test_replicate_runs_an_official_model(runner: replicate.Client) -> None:
    prediction = runner.models.predictions.create(
        "black-forest-labs/flux-2-pro",
        input={"prompt": "a mug", "aspect_ratio": "custom", "width": 512, "height": 768, "output_format": "png"},
    )
    assert prediction.status == "starting"
    prediction.reload()
    prediction.reload()
    assert prediction.status == "succeeded" and isinstance(prediction.output, str)
    with pytest.raises(replicate.exceptions.ReplicateError) as wrong:
        runner.models.predictions.create("black-forest-labs/flux-2-pro", input={"prompt": "a", "strength": 0.5})
    assert wrong.value.status == 422


def test_replicate_runs_a_pinned_version_with_an_uploaded_file(runner: replicate.Client) -> None:
    uploaded = runner.files.create(file=BytesIO(photo()))
    prediction = runner.predictions.create(
        version="7762fd07cf82c948538e41f63f77d685e02b063e37e496e96eefd46c929f9bdc",
        input={"prompt": "a mug", "image": uploaded.urls["get"], "num_outputs": 2},
    )
    prediction.reload()
    prediction.reload()
    assert prediction.status == "succeeded" and len(prediction.output) == 2
    with pytest.raises(replicate.exceptions.ReplicateError):
        runner.predictions.create(version="latest", input={"prompt": "a mug"})


def test_replicates_sdk_believes_the_simulators_webhooks(runner: replicate.Client) -> None:
    secret = runner.webhooks.default.secret()
    assert secret.key == SECRET
    body = b'{"id": "abc"}'
    Webhooks.validate(headers=signed("msg_1", body), body=body.decode(), secret=secret)
    with pytest.raises(WebhookValidationError):
        forged = signed("msg_1", body, key=b"another")
        Webhooks.validate(headers=forged, body=body.decode(), secret=secret)


def test_runway_makes_a_video(runway: runwayml.RunwayML, simulators: Simulators) -> None:
    picture = f"data:image/png;base64,{base64.b64encode(photo()).decode()}"
    job = runway.image_to_video.create(model="gen4_turbo", prompt_image=picture, ratio="960:960", duration=2)
    states = [runway.tasks.retrieve(job.id) for _ in range(3)]
    assert [state.status for state in states] == ["PENDING", "RUNNING", "SUCCEEDED"]
    last = states[-1]
    assert last.status == "SUCCEEDED" and last.output[0].startswith(simulators.url) and last.cost.credits == 10
    with pytest.raises(runwayml.BadRequestError):
        runway.image_to_video.create(model="gen4_turbo", prompt_image=picture, ratio="1:1", duration=2)  # type: ignore[call-overload]
    with pytest.raises(runwayml.BadRequestError):
        runway.image_to_video.create(model="gen4_turbo", prompt_image=picture, ratio="960:960", duration=11)
    runway.tasks.delete(
        runway.image_to_video.create(model="gen4_turbo", prompt_image=picture, ratio="960:960", duration=2).id
    )


@pytest.fixture
def bedrock(simulators: Simulators) -> Generator[Any]:
    client = boto3.client(
        "bedrock-runtime",
        region_name="us-west-2",
        aws_access_key_id="simulated",
        aws_secret_access_key="simulated",
        endpoint_url=f"{simulators.url}/bedrock",
        config=Config(retries={"total_max_attempts": 1}),
    )
    yield client
    client.close()


def invoke(client: Any, body: dict[str, Any], model: str = "stability.stable-image-ultra-v1:1") -> dict[str, Any]:
    answer = client.invoke_model(modelId=model, body=json.dumps(body), contentType="application/json")
    return json.loads(answer["body"].read())


def test_bedrock_invokes_a_model(bedrock: Any) -> None:
    told = invoke(bedrock, {"prompt": "a mug", "aspect_ratio": "3:2", "seed": 5})
    assert told["finish_reasons"] == [None] and told["seeds"] == [5]
    assert opened(base64.b64decode(told["images"][0])).size == (1216, 832)


def test_bedrock_moderates_under_a_200_and_refuses_the_rest(bedrock: Any) -> None:
    told = invoke(bedrock, {"prompt": "fault:moderated"})
    assert told["finish_reasons"] == ["Filter reason: prompt"] and "images" not in told
    for body in ({"prompt": "a", "width": 512}, {"prompt": "a", "aspect_ratio": "7:5"}, {"prompt": ""}, {}):
        with pytest.raises(ClientError) as refused:
            invoke(bedrock, body)
        assert refused.value.response["Error"]["Code"] == "ValidationException"
    with pytest.raises(ClientError, match="ThrottlingException"):
        invoke(bedrock, {"prompt": "fault:rate-limited"})
    with pytest.raises(ClientError, match="ValidationException"):
        invoke(bedrock, {"prompt": "a"}, model="amazon.titan-image-generator-v2:0")
