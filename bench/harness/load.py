"""Asks a server for one page as fast as it answers, and says what that took."""

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import machine

REPORT = Path(__file__).with_name("report.lua")


@dataclass
class Sample:
    """What a stretch of load showed."""

    requests: int
    seconds: float
    processor: float
    """Microseconds of the server's processor time, for all requests together."""
    p50: float
    """Microseconds."""
    p99: float
    """Microseconds."""

    @property
    def rate(self):
        """Requests a second."""
        return self.requests / self.seconds

    @property
    def cost(self):
        """Microseconds of the server's processor time a request."""
        return self.processor / self.requests

    def __add__(self, other):
        return Sample(
            self.requests + other.requests,
            self.seconds + other.seconds,
            self.processor + other.processor,
            (self.p50 + other.p50) / 2,
            (self.p99 + other.p99) / 2,
        )


def require_wrk():
    """Makes sure that `wrk` is there, and exits with what to do if it cannot be."""
    machine.require("wrk", "which makes the load")


def load(server, path, connections, seconds, headers=()):
    """Keeps so many connections busy with that page for so long; `headers` are lines to send along."""
    before = server.processor_microseconds()
    run = subprocess.run(
        ["wrk", "--threads", "1", "--connections", str(connections), "--duration", f"{seconds}s",
         "--timeout", "10s", *[word for line in headers for word in ("--header", line)], "--script", str(REPORT), f"http://127.0.0.1:{server.port}{path}"],
        capture_output=True,
        text=True,
        preexec_fn=machine.child_setup(machine.LOAD_CORE),
    )
    processor = server.processor_microseconds() - before
    found = re.search(r"^JSON (.*)$", run.stdout, re.MULTILINE)
    if not found:
        raise RuntimeError(f"wrk failed on {path}:\n{run.stdout}{run.stderr}\n{server.log.read_text()}")
    figures = json.loads(found.group(1))
    if figures["failed"] or not figures["requests"]:
        raise RuntimeError(f"{server.program.name} failed under load of {path}: {figures}\n{server.log.read_text()}")
    return Sample(
        figures["requests"],
        figures["microseconds"] / 1e6,
        processor,
        figures["p50"],
        figures["p99"],
    )
