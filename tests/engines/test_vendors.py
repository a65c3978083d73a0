"""What vendors lack is refused, what they answer is understood, and their words are made fit to be shown."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from packshot.engines import registry
from packshot.engines.base import Failed, FailureKind, GenerationRequest, Pending, Reference, Workplace
from packshot.engines.http import Answer
from packshot.engines.vendor import Vendor

KEY = "sk-secret-0123456789"
TODAY = date(2026, 11, 24)


def vendor(id: str, **settings: str) -> Vendor:
    kind = registry().classes[id]
    engine = kind(Workplace(Path("nowhere"), settings={"API_KEY": KEY} | settings, today=lambda: TODAY))
    assert isinstance(engine, Vendor)
    return engine


def words(**more: Any) -> GenerationRequest:
    return GenerationRequest(**{"model": "gpt-image-2", "words": "a mug"} | more)


PRODUCT, PERSON = Reference(b""), Reference(b"", role="person")


@pytest.mark.parametrize(
    ("id", "request_", "field"),
    [
        ("openai", words(seed=5), "seed"),
        ("openai", words(avoid="people"), "avoid"),
        ("openai", words(width=1000, height=1000), "size"),
        ("openai", words(width=512, height=512), "size"),
        ("openai", words(width=3840, height=1024), "size"),
        ("openai", words(references=(PRODUCT,) * 17), "references"),
        ("openai", words(words=""), "words"),
        ("openai", words(model="gpt-image-1"), "model"),
        ("openai", words(model="dall-e-3"), "model"),
        ("openai", words(mask=b""), "mask"),
        ("stability", words(model="core", width=1024, height=1024), "size"),
        ("stability", words(model="ultra", seed=0), "seed"),
        ("stability", words(model="ultra", seed=2**32 - 1), "seed"),
        ("stability", words(model="ultra", references=(PRODUCT,)), "references"),
        ("stability", words(model="inpaint"), "references"),
        ("replicate", words(model="black-forest-labs/flux-2-pro", width=1000, height=1000), "size"),
        ("replicate", words(model="black-forest-labs/flux-2-pro", avoid="people"), "avoid"),
        ("bedrock", words(model="amazon.titan-image-generator-v2:0"), "model"),
        ("bedrock", words(model="stability.stable-image-ultra-v1:1", seed=0), "seed"),
        ("fashn", words(model="tryon-v1.6", width=864, height=1296, references=(PRODUCT, PERSON)), "words"),
        ("fashn", words(model="tryon-max", references=(PRODUCT,)), "references"),
        ("fashn", words(model="product-to-model", references=(Reference(b"", role="style"),)), "references"),
        ("runway", words(model="gen4_turbo", kind="video", width=1280, height=720), "references"),
        (
            "runway",
            words(model="gen4_turbo", kind="video", width=960, height=960, references=(PRODUCT,), seconds=11),
            "seconds",
        ),
    ],
)
def test_what_a_vendor_lacks_is_refused(id: str, request_: GenerationRequest, field: str) -> None:
    assert field in {refusal.field for refusal in vendor(id).check(request_)}


async def test_what_is_refused_is_not_sent_either() -> None:
    outcome = await vendor("openai", BASE_URL="http://127.0.0.1:9").submit(words(seed=5), key="k")
    assert isinstance(outcome, Failed) and outcome.kind == "refused" and outcome.charged is False


def test_a_quality_that_a_model_lacks_is_refused() -> None:
    (refusal,) = vendor("openai", QUALITY="xhigh").check(words())
    assert "xhigh" in refusal.words and "PACKSHOT_OPENAI_QUALITY" in refusal.remedy


@pytest.mark.parametrize(
    ("id", "name", "value", "says"),
    [
        ("openai", "DEADLINE_S", "soon", "a number of seconds, not 'soon'"),
        ("openai", "DEADLINE_S", "0", "a number of seconds, not '0'"),
        ("openai", "QUALITY", "ultra", "low, medium, high, xhigh or max, not 'ultra'"),
        ("openai", "MODERATION", "none", "auto or low, not 'none'"),
        ("openai", "BASE_URL", "api.openai.com", "https://"),
        ("openai", "BASE_URL", "ftp://api.openai.com", "https://"),
        ("openai", "API_KEY", "ké-secret", "ASCII"),
        ("runway", "PATIENCE_S", "-1", "a number of seconds, not '-1'"),
        ("replicate", "WEBHOOK_SECRET", "not/a secret!", "whsec_"),
        ("bedrock", "REGION", "US West", "a region of AWS"),
        ("bedrock", "ACCESS_KEY_ID", "AKIA0", "PACKSHOT_BEDROCK_SECRET_ACCESS_KEY (one is of no use"),
    ],
)
async def test_a_setting_that_makes_no_sense_is_named(id: str, name: str, value: str, says: str) -> None:
    """And its engine counts as not configured, instead of doing something else than what the operator meant."""
    engine = vendor(id, **{"REGION": "us-west-2"} | {name: value})
    (said,) = engine.missing
    assert says in said and (name in said or "ACCESS_KEY" in said)
    assert "secret!" not in said and "ké" not in said, "keys stand in no message"
    outcome = await engine.submit(words(model=engine.models()[0].id), key="k")
    assert isinstance(outcome, Failed) and outcome.kind == "auth" and said in outcome.remedy


@pytest.mark.parametrize("id", sorted({"openai", "stability", "replicate", "fashn", "runway", "http_video", "bedrock"}))
def test_what_holds_unless_it_is_set_makes_sense(id: str) -> None:
    assert not vendor(id).wrong


def test_the_estimate_grows_with_what_is_asked() -> None:
    engine = vendor("openai")
    plain = engine.estimate(words())
    assert plain.micros >= 401_000
    assert vendor("openai", QUALITY="low").estimate(words()).micros < plain.micros / 10
    assert engine.estimate(words(references=(PRODUCT,) * 2)).micros > plain.micros + 10_000
    assert engine.estimate(replace(words(), count=3)).micros == 3 * plain.micros


def answer(status: int, body: object = None, **headers: str) -> Answer:
    return Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, json.dumps(body).encode())


@pytest.mark.parametrize(
    ("status", "headers", "kind", "charged"),
    [
        (400, {}, "invalid", False),
        (401, {}, "auth", False),
        (402, {}, "quota", False),
        (403, {}, "auth", False),
        (404, {}, "invalid", False),
        (408, {}, "outcome_unknown", None),
        (413, {}, "invalid", False),
        (422, {}, "invalid", False),
        (429, {"retry_after": "3"}, "rate_limited", False),
        (500, {}, "outcome_unknown", None),
        (500, {"retry_after": "3"}, "outcome_unknown", None),
        (502, {}, "outcome_unknown", None),
        (503, {}, "outcome_unknown", None),
        (503, {"retry_after": "3"}, "transient", False),
        (504, {}, "outcome_unknown", None),
        (302, {"location": "http://169.254.169.254/"}, "invalid", False),
    ],
)
def test_only_what_was_provably_not_taken_on_may_be_sent_again(
    status: int, headers: dict[str, str], kind: FailureKind, charged: bool | None
) -> None:
    failed = vendor("replicate").failed(answer(status, {"detail": "Because."}, **headers))
    assert failed.kind == kind and failed.charged is charged
    if kind in ("rate_limited", "transient"):
        assert failed.retry_after_s == 3


@pytest.mark.parametrize(
    ("id", "given", "kind"),
    [
        ("openai", answer(400, {"error": {"code": "moderation_blocked", "message": "No."}}), "moderated"),
        ("openai", answer(429, {"error": {"code": "insufficient_quota"}}), "quota"),
        ("openai", answer(429, {"error": "odd"}), "rate_limited"),
        ("stability", answer(403, {"name": "content_moderation", "errors": ["No."]}), "moderated"),
        ("stability", answer(403, {"name": "permission", "errors": ["No."]}), "auth"),
    ],
)
def test_each_vendor_has_its_own_words(id: str, given: Answer, kind: FailureKind) -> None:
    assert vendor(id).failed(given).kind == kind


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"error": {"message": "Too wide."}}, "Too wide."),
        ({"errors": ["Too wide.", "Too high."]}, "Too wide."),
        ({"detail": "Too wide."}, "Too wide."),
        ({"message": "Too wide."}, "Too wide."),
        ({"detail": [{"loc": ["a"]}]}, "no reason given"),
        ([], "no reason given"),
        (None, "no reason given"),
        ({"error": f"Key {KEY} is wrong"}, "Key [key] is wrong"),
        ({"error": "a\x1b[31m\nb"}, "a [31m b"),
        ({"error": "a" * 1000}, "a" * 200),
    ],
)
def test_a_vendors_words_are_short_printable_and_without_the_key(body: object, said: str) -> None:
    failed = vendor("replicate").failed(answer(400, body))
    assert failed.words == f"Replicate refused the request (400): {said}"


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1:1/file",
        "https://localhost/file",
        "https://10.0.0.1/file",
        "https://[::1]/file",
        "https://api.replicate.com.evil.example:8443/file",
        "https://user@api.replicate.com/file",
        "http://api.replicate.com:80/file",
        "file:///etc/passwd",
        "gopher://example.com/",
        "nonsense",
        "",
        None,
        5,
        "data:image/png;base64,!!!",
        "data:text/html;base64,PGh0bWw+",
    ],
)
async def test_a_result_is_fetched_from_nowhere_else(url: object) -> None:
    outcome = await vendor("replicate").collects(url)
    assert isinstance(outcome, Failed) and outcome.kind == "outcome_unknown" and outcome.charged, outcome


async def test_without_the_sdk_nothing_was_bought(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    request = words(model="stability.stable-image-ultra-v1:1")
    outcome = await vendor("bedrock", REGION="us-west-2").submit(request, key="k")
    assert isinstance(outcome, Failed) and outcome.kind == "auth" and "packshot[bedrock]" in outcome.remedy


async def test_a_host_that_is_away_is_asked_later() -> None:
    assert isinstance(await vendor("replicate").collects("https://nowhere.invalid/a.png"), Pending)


pytestmark = pytest.mark.anyio
