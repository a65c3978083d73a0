"""A webhook is believed only if the vendor signed it just now, and even then only for whom it is about."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from packshot.engines.base import Heard, Workplace
from packshot.engines.replicate import Replicate
from packshot.engines.webhooks import verified
from packshot.errors import RefusedError
from packshot.simulators.webhooks import SECRET, signed

BODY = json.dumps({"id": "abc", "status": "succeeded"}).encode()
NOW = 1_800_000_000.0


def heard(headers: dict[str, str], body: bytes = BODY, *, secret: str = SECRET, now: float = NOW) -> str:
    return str(verified(secret, headers, body, now=now)["id"])


def test_what_the_vendor_signed_is_heard_as_often_as_it_comes() -> None:
    headers = signed("msg_1", BODY, now=NOW)
    assert heard(headers) == heard(headers) == "abc"
    assert heard({name.title(): value for name, value in headers.items()}) == "abc"


def test_one_good_signature_of_several_is_enough() -> None:
    headers = signed("msg_1", BODY, now=NOW)
    headers["webhook-signature"] = f"v1,bm90IHRoaXM= v1a,other {headers['webhook-signature']}"
    assert heard(headers) == "abc"


@pytest.mark.parametrize("late_s", [301, -301, 86_400])
def test_old_ones_and_those_from_the_future_are_refused(late_s: float) -> None:
    with pytest.raises(RefusedError):
        heard(signed("msg_1", BODY, now=NOW), now=NOW + late_s)


@pytest.mark.parametrize(
    "changes",
    [
        {"webhook-id": "msg_2"},
        {"webhook-id": ""},
        {"webhook-timestamp": str(int(NOW) + 1)},
        {"webhook-timestamp": "١٨٠٠٠٠٠٠٠٠"},
        {"webhook-timestamp": "soon"},
        {"webhook-signature": ""},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "v1,ümlaut"},
    ],
)
def test_what_was_changed_on_the_way_is_refused(changes: dict[str, str]) -> None:
    with pytest.raises(RefusedError):
        heard(signed("msg_1", BODY, now=NOW) | changes)


def test_another_body_and_another_key_are_refused() -> None:
    with pytest.raises(RefusedError):
        heard(signed("msg_1", BODY, now=NOW), BODY.replace(b"abc", b"abd"))
    with pytest.raises(RefusedError):
        heard(signed("msg_1", BODY, key=b"another key", now=NOW))


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_not base64!"])
def test_without_a_secret_nothing_is_believed(secret: str) -> None:
    with pytest.raises(RefusedError):
        heard(signed("msg_1", BODY, key=b"", now=NOW), secret=secret)


@pytest.mark.parametrize("body", [b"[]", b"{", b""])
def test_what_is_signed_and_makes_no_sense_is_refused(body: bytes) -> None:
    with pytest.raises(RefusedError):
        heard(signed("msg_1", body, now=NOW), body)


def test_an_engine_hears_with_its_own_secret() -> None:
    engine = Replicate(Workplace(Path("nowhere"), settings={"WEBHOOK_SECRET": SECRET}))
    assert engine.heard(signed("msg_1", BODY), BODY) == Heard("msg_1", "abc")
    with pytest.raises(RefusedError):
        Replicate(Workplace(Path("nowhere"))).heard(signed("msg_1", BODY), BODY)
