"""The programs that are measured: started, asked what they use, and stopped."""

import contextlib
import functools
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import machine

START_LIMIT = 20.0
"""Seconds after which a program that does not answer is given up; three times that under a tool."""

WITHOUT_BOOKINGS = (("ROCKET_MODULES", "{bookings={enabled=false}}"),)
"""The pages that are compared have no sections: the other sides are written without."""


@functools.cache
def has_bookings(binary):
    """Whether a program links the module `bookings`: a setting for one that is not linked is an error."""
    return b"bookings:mine" in binary.read_bytes()


@dataclass(frozen=True)
class Program:
    """A program on a database: one side of a comparison."""

    name: str
    binary: Path
    database_url: str
    folder: Path
    """An empty one, with the manifest of the assets beside it."""
    under: tuple = ()
    """The command that runs it, if it does not run by itself."""
    settings: tuple = ()
    """Pairs for its environment besides the usual ones."""
    arguments: tuple = ()
    """What its command line says; `{port}` stands for where it is to listen."""
    first_page: str = "/"
    """A page that answers 200 once it has started."""


class Server:
    """A program while it runs."""

    def __init__(self, program):
        self.program = program
        self.port = machine.free_port()
        self.log = program.folder / f"{program.name}-{self.port}.log"
        before = time.perf_counter()
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [*program.under, program.binary, *[word.format(port=self.port) for word in program.arguments]],
                cwd=program.folder,
                env=environment(program.database_url) | {
                    "ROCKET_PORT": str(self.port),
                    "ROCKET_ADDRESS": "127.0.0.1",
                    # What is compared has neither; what they cost is measured by itself.
                    "ROCKET_REQUEST_LOG": "false",
                    "ROCKET_METRICS": "false",
                    # Others make each page for each request; the part `peers` measures kept pages.
                    "ROCKET_KEPT_PAGES_MIB": "0",
                    "BENCH_MANIFEST": str(program.folder / "static" / "staticfiles.json"),
                } | dict(WITHOUT_BOOKINGS if has_bookings(program.binary) else ()) | dict(program.settings),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=machine.child_setup(machine.SERVER_CORE),
            )
        try:
            self.wait_until_it_answers(before + (3 if program.under else 1) * START_LIMIT)
        except BaseException:
            self.stop()
            raise
        self.start_milliseconds = (time.perf_counter() - before) * 1000

    def wait_until_it_answers(self, deadline):
        """Returns at the first 200 of the page that says so."""
        while True:
            try:
                status, _, _ = self.get(self.program.first_page)
                if status == 200:
                    return
            except OSError:
                pass
            if self.process.poll() is not None or time.perf_counter() > deadline:
                raise RuntimeError(f"{self.program.name} does not start:\n{self.log.read_text()}")
            time.sleep(0.0005)

    def get(self, path):
        """The status, media type and body of a page."""
        status, headers, body = self.response(path)
        return status, headers["Content-Type"], body

    def response(self, path):
        """The status, headers and body of a page."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        with contextlib.closing(connection):
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.headers, response.read()

    def processor_microseconds(self):
        """The processor time of all its threads so far, as the scheduler counts it: to the nanosecond."""
        total = 0
        for thread in os.scandir(f"/proc/{self.process.pid}/task"):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                total += int(Path(thread.path, "schedstat").read_text().split()[0])
        return total / 1000

    def resident_bytes(self):
        """The memory it holds."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise RuntimeError(f"{self.program.name} has ended:\n{self.log.read_text()}")

    def stop(self):
        """Ends it, politely first."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def environment(database_url):
    """Ours without what would change a program's settings, and the database."""
    unset = ("ROCKET_", "RUST_", "DATABASE_URL", "PORT", "SECRET_KEY", "SENTRY", "ALLOWED_HOSTS")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(unset)}
    return kept | {
        "ROCKET_PROFILE": "local",
        "ROCKET_DEMO_DATA": "true",
        "DATABASE_URL": database_url,
    }
