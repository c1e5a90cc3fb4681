"""What it costs to watch the site: the request log, metrics and Sentry, and connections that are kept open."""

import contextlib
import resource
import socket
import subprocess
import threading
import time
from dataclasses import replace

import report
from compare import compare
from instructions import Client
from servers import Server, environment

CONNECTIONS = 32
MOST_OF_RATE = 0.9
MOST_ON_HOME = 8.0
IDLE_CONNECTIONS = 1000
MOST_FOR_IDLE = 30e6
MEASURABLE = 1.02
"""A ratio of processor time up to which two programs are taken for equal: rounds differ by as much."""
HEAD = ["page", "req/s", "without", "CPU/req", "without", "difference", "rounds"]
EVERYTHING = (("ROCKET_REQUEST_LOG", "true"), ("ROCKET_LOG_FORMAT", "json"), ("ROCKET_METRICS", "true"))
NOTHING = (("ROCKET_REQUEST_LOG", "false"), ("ROCKET_METRICS", "false"), ("RUST_LOG", "error"))
FAILURES = 100
"""Errors that are reported before the measurement, so that reports wait to be sent."""


def watching(site, effort):
    """Everything switched on against everything switched off, in turns."""
    knows_sentry = reads_sentry_dsn(site)
    with Sink() as sink:
        sentry = (("SENTRY_DSN", sink.dsn),) if knows_sentry else ()
        what = "request log, metrics and Sentry" if knows_sentry else "request log and metrics; no Sentry in this program"
        for database, url in site.demos():
            on = replace(site.host(url, "watched"), settings=EVERYTHING + sentry)
            off = replace(site.host(url, "unwatched"), settings=NOTHING)
            cost_of(f"Watched ({what}), on {database}", database, on, off, site.five_pages, effort)
        if knows_sentry:
            silent_sentry(site, sink, effort)
    idle_connections(replace(site.host(), settings=EVERYTHING))


def cost_of(title, database, on, off, paths, effort):
    """Measures both, and judges pages that ask the database by their rate, the home page by its cost."""
    found = compare(on, off, paths, (CONNECTIONS,), effort)
    report.table(title, HEAD, [row(found, path) for path in paths])
    for path in paths:
        where = f"{path} watched on {database}"
        if path == "/":
            more = found.difference(path, CONNECTIONS, "cost")
            aim = f"{where}: at most {MOST_ON_HOME:.0f} µs more than unwatched"
            report.judge(aim, f"{more:+.2f} µs", more <= MOST_ON_HOME)
        else:
            ratio = found.ratio(path, CONNECTIONS, "rate")
            aim = f"{where}: at most 10 % fewer requests a second"
            report.judge(aim, report.percent(ratio), ratio >= MOST_OF_RATE)


def row(found, path):
    """A line of a table: figures of both, and the difference of processor time."""
    def both(name, show):
        return [show(found.figure(path, CONNECTIONS, side, name)) for side in (0, 1)]

    ratios = found.ratios(path, CONNECTIONS, "cost")
    more = found.difference(path, CONNECTIONS, "cost")
    return [path, *both("rate", report.number), *both("cost", report.cost), f"{more:+.2f} µs", report.spread(ratios)]


def reads_sentry_dsn(site):
    """Whether the program has Sentry: then it refuses an address that is none."""
    env = environment(site.demo) | {"SENTRY_DSN": "no address"}
    check = subprocess.run([site.binaries / "holiday-homes", "check"], cwd=site.folder, env=env, capture_output=True)
    return check.returncode != 0


def silent_sentry(site, sink, effort):
    """A Sentry that takes connections and never answers, against none."""
    with_sentry = replace(site.host(name="silent-sentry"), settings=(*EVERYTHING, ("SENTRY_DSN", sink.dsn)))
    without = replace(site.host(name="no-sentry"), settings=EVERYTHING)
    path = "/lettings/"
    with Server(with_sentry) as server:
        statuses = {server.get("/sentry-debug/")[0] for _ in range(FAILURES)}
        if statuses != {500}:
            raise RuntimeError(f"/sentry-debug/ answers {statuses}")
        time.sleep(0.5)
        if not sink.connections:
            raise RuntimeError("no report was sent to the address in SENTRY_DSN")
    found = compare(with_sentry, without, [path], (CONNECTIONS,), effort, prepare=fail)
    report.table("A Sentry that never answers, while reports wait for it, and none", HEAD, [row(found, path)])
    ratio = found.ratio(path, CONNECTIONS, "cost")
    aim = f"a Sentry that never answers: nothing measurable on {path}, up to {report.percent(MEASURABLE)}"
    report.judge(aim, report.percent(ratio), ratio <= MEASURABLE)


def fail(server):
    """Has errors reported."""
    for _ in range(FAILURES):
        server.get("/sentry-debug/")


def idle_connections(program):
    """What connections cost on which a page was asked for and which are kept open."""
    raise_limit_of_files(IDLE_CONNECTIONS + 200)
    path = "/lettings/"
    with Server(program) as server, contextlib.ExitStack() as stack:
        # What the first requests need, later ones find there.
        with contextlib.closing(Client(server.port)) as client:
            client.get(path, 1000)
        before = server.resident_bytes()
        for _ in range(IDLE_CONNECTIONS):
            client = stack.enter_context(contextlib.closing(Client(server.port)))
            client.get(path, 1)
        time.sleep(0.5)
        more = server.resident_bytes() - before
    aim = f"{IDLE_CONNECTIONS:,} connections that are kept open: at most {report.megabytes(MOST_FOR_IDLE)} more"
    report.judge(aim, report.megabytes(more), more <= MOST_FOR_IDLE)


def raise_limit_of_files(needed):
    """Lets this process open more files, as far as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < needed:
        if hard != resource.RLIM_INFINITY and hard < needed:
            raise RuntimeError(f"the limit of open files, {hard}, is less than {needed}: raise it with `ulimit -n`")
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))


class Sink:
    """A server that takes connections, and what is sent on them, and never answers."""

    def __enter__(self):
        self.connections = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.dsn = f"http://key@127.0.0.1:{self.listener.getsockname()[1]}/1"
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def accept(self):
        """Takes connections until the listener is closed."""
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                self.connections.append(connection)

    def __exit__(self, *_):
        # Closing alone would leave the thread in its call.
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for connection in self.connections:
            connection.close()
