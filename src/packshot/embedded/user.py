"""Whom the servers run as: PostgreSQL refuses root, and nothing else needs it."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any

UNPRIVILEGED = ("packshot", "nobody")


@dataclass(frozen=True)
class User:
    """A user of this machine; `switches` where processes have to be started as it, because this one is root."""

    name: str
    uid: int
    gid: int
    switches: bool

    @classmethod
    def of_servers(cls) -> User:
        """Ourselves, or as root the user `packshot` where there is one, else `nobody`."""
        if os.geteuid() != 0:
            me = pwd.getpwuid(os.geteuid())
            return cls(me.pw_name, me.pw_uid, me.pw_gid, switches=False)
        other = next(entry for name in UNPRIVILEGED if (entry := _entry(name)))
        return cls(other.pw_name, other.pw_uid, other.pw_gid, switches=True)

    @property
    def popen(self) -> dict[str, Any]:
        """The arguments with which subprocess starts a process as this user."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switches else {}

    def become(self) -> None:
        """Makes this process one of this user, for good."""
        if self.switches:
            os.setgroups([])
            os.setgid(self.gid)
            os.setuid(self.uid)

    def run(
        self, argv: list[Path | str], *, input: str | None = None, stdout: IO[bytes] | None = None, check: bool = True
    ) -> bool:
        """Runs `argv` as this user to its end; whether it succeeded."""
        done = subprocess.run(  # noqa: S603 -- programs of ours
            list(map(str, argv)),
            input=input.encode() if input is not None else None,
            stdin=None if input is not None else subprocess.DEVNULL,
            stdout=stdout or subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            cwd="/",
            check=check,
            **self.popen,
        )
        return done.returncode == 0

    def own(self, folder: Path) -> None:
        """Makes `folder` and gives it to this user alone."""
        folder.mkdir(exist_ok=True)
        folder.chmod(0o700)
        if self.switches:
            os.chown(folder, self.uid, self.gid)

    def reaches(self, path: Path) -> bool:
        """This user can read and go through `path`."""
        return not self.switches or self._can_read(path)

    def reachable_copy(self, installed: Path, copy: Path) -> Path:
        """`installed`, or a copy of it where it lies in a private folder that this user may not enter."""
        if self.reaches(installed):
            return installed
        if not copy.exists():
            draft = copy.with_name(f"{copy.name}.draft")
            draft.parent.mkdir(mode=0o755, exist_ok=True)
            if installed.is_dir():
                shutil.rmtree(draft, ignore_errors=True)
                shutil.copytree(installed, draft, symlinks=True)
            else:
                shutil.copy2(installed, draft)
            draft.rename(copy)
        return copy

    def _can_read(self, path: Path) -> bool:
        return self.run(["/bin/sh", "-c", 'test -r "$0" && test -x "$0"', str(path)], check=False)


@cache
def _entry(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None
