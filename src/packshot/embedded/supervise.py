"""The supervisor of `packshot up`: starts everything in order, starts again what ended, stops everything in order."""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from packshot.embedded import demo, services
from packshot.embedded.process import POLL_S, Process, Service, StartError
from packshot.embedded.servers import postgres, prepare, valkey
from packshot.embedded.user import User
from packshot.errors import PackshotError
from packshot.settings import Settings

if TYPE_CHECKING:
    from packshot.worker import Role

ORDER = ("valkey", "postgres", "migrate", "web", "io", "cpu", "beat")  # each stands on some before it
START_S = 60.0
LONG_LIFE_S = 30.0  # what ended after this long starts again at once, without the waits of earlier failures
BACKOFF_S = (0.2, 1.0, 2.0, 5.0, 15.0)

Say = Callable[[str], None]


class _Stopped(Exception):  # noqa: N818 -- not an error: we were told to
    """We were told to stop while something was under way."""


class Supervisor:
    """Everything that `up` runs."""

    def __init__(self, settings: Settings, host: str, port: int, say: Say, *, demo: bool = False) -> None:
        self._settings, self._host, self._port, self._say, self._demo = settings, host, port, say, demo
        self._running: list[Process] = []
        self._again: dict[str, tuple[float, Service]] = {}  # what ended, and when it starts again
        self._failures: dict[str, int] = {}
        self._told_to_stop = False
        self._woken, self._wake = os.pipe()

    def run(self) -> int:
        """Runs until told to stop; the exit code."""
        self._listen()
        try:
            self._start()
            while True:
                self._sleep(self._until_next())
                self._look_after()
        except _Stopped:
            return 0
        except PackshotError as error:
            self._say(str(error))
            return error.exit_code
        finally:
            self._stop()

    def _start(self) -> None:
        began = time.monotonic()
        settings = self._settings
        services.check_port(self._host, self._port)
        user = User.of_servers()
        prepare(settings, user)
        if settings.embeds_redis:
            self._launch(valkey(settings, user))
        if settings.embeds_database:
            self._launch(postgres(settings, user))
        services.preload()  # while the servers start
        self._await_ready()
        ours = services.user_of_packshot(user)
        if user.switches and not ours.switches:
            self._say(f"The user {user.name} may not read Packshot's code: web and workers run as root.")
        here = services.address(self._host, self._port)
        base_url = settings.base_url if "base_url" in settings.model_fields_set else here
        environment = services.environment(settings, ours, base_url)
        self._complete(
            services.migrate(ours, environment), "The database could not be brought to this version's schema."
        )
        self._launch(services.web(self._host, self._port, ours, environment))
        roles: tuple[Role, ...] = ("io", "cpu", "beat")
        for role in roles:
            self._launch(services.worker(role, settings, ours, environment))
        first_time = not demo.password_file(settings).exists()
        if self._demo:
            self._complete(services.demo_seller(settings, ours, environment), "The demo's seller could not be made.")
        self._await_ready()
        self._say(f"Packshot is ready at {base_url} after {time.monotonic() - began:.1f} s. Ctrl-C stops it.")
        if self._demo:
            known = demo.password(settings) if first_time else f"which lies in {demo.password_file(settings)}"
            self._say(f"Log in as {demo.EMAIL} with the password {known}.")
            self._say(f"Try the API at {base_url}/api/docs.")

    def _complete(self, service: Service, otherwise: str) -> None:
        """Runs `service` to its end; a StartError that says `otherwise` if it fails."""
        process = Process(service)
        while process.exit_code is None:
            self._sleep(POLL_S)
        if process.exit_code:
            raise StartError(otherwise)

    def _launch(self, service: Service) -> None:
        self._running.append(Process(service))

    def _await_ready(self) -> None:
        """Returns when all that runs is ready."""
        until = time.monotonic() + START_S
        for process in self._running:
            while not process.is_ready(until):
                self._sleep(POLL_S)

    def _look_after(self) -> None:
        for process in list(self._running):
            if process.exit_code is not None:
                self._running.remove(process)
                self._plan_again(process)
        for name, (due, service) in list(self._again.items()):
            if time.monotonic() >= due:
                del self._again[name]
                self._launch(service)

    def _plan_again(self, ended: Process) -> None:
        name = ended.service.name
        lived = time.monotonic() - ended.started
        failures = 0 if lived > LONG_LIFE_S else self._failures.get(name, 0)
        wait = BACKOFF_S[min(failures, len(BACKOFF_S) - 1)]
        self._failures[name] = failures + 1
        self._again[name] = (time.monotonic() + wait, ended.service)
        self._say(f"{name} ended with {ended.exit_code} after {lived:.0f} s; it starts again in {wait:g} s.")

    def _until_next(self) -> float | None:
        return min((max(due - time.monotonic(), 0) for due, _ in self._again.values()), default=None)

    def _stop(self) -> None:
        """In the opposite order: nothing loses what it stands on before it has ended."""
        for process in sorted(self._running, key=lambda process: ORDER.index(process.service.name), reverse=True):
            process.stop()

    def _listen(self) -> None:
        os.set_blocking(self._woken, False)
        os.set_blocking(self._wake, False)
        signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._told)

    def _told(self, *_: object) -> None:
        self._told_to_stop = True

    def _sleep(self, seconds: float | None) -> None:
        """Sleeps until a child ends or `seconds` have passed; raises _Stopped when told to stop."""
        if not self._told_to_stop:
            select.select([self._woken], [], [], seconds)
            try:
                while os.read(self._woken, 512):
                    pass
            except BlockingIOError:
                pass
        if self._told_to_stop:
            raise _Stopped
