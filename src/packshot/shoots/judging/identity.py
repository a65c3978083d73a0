"""The identity lock as shoots ask it: the person's photos are opened, compared, and forgotten with the picture."""

from __future__ import annotations

from packshot.locks.base import Lock, Thresholds, Verdict
from packshot.shoots.judging.locks import Evidence


class IdentityLock:
    """Looks with the face models of the settings; without them it cannot look, and says so."""

    lock: Lock = "identity"

    def missing(self) -> str:
        from packshot.locks.identity.stack import configured
        from packshot.locks.identity.weights import ModelMissingError

        try:
            configured()
        except ModelMissingError as missing:
            return missing.message.rstrip(".")
        return ""

    def judge(self, evidence: Evidence, thresholds: Thresholds) -> Verdict:
        from packshot.imaging.own import opened
        from packshot.locks.identity.judge import identity

        photos = [(one.name, opened(one.data)) for one in evidence.person]
        return identity(photos, evidence.picture, pose=evidence.pose, thresholds=thresholds)
