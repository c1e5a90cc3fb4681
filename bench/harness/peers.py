"""The site's pages beside programs that answer the same bytes: constants, and axum with sqlx and askama."""

import contextlib
import json
from dataclasses import replace
from statistics import median

import report
from compare import verify_that_pages_are_equal
from load import load
from servers import Server
from writer import Commits, connection

CONNECTIONS = (32, 1)
COMMITS = (0, 10, 100)
"""Commits a second."""
KEPT, MADE, AXUM = "kept", "not kept", "axum"
ONE_CHUNK, CHUNKS, AXUM_CONSTANT = "Rocket, one chunk", "Rocket, its chunks", "axum, constant"
CONSTANTS = {ONE_CHUNK: "rocket-one-chunk", CHUNKS: "rocket", AXUM_CONSTANT: "axum"}
"""The programs that know nothing of a database; what `bench-constant` calls each."""
TURNS = [(name, 0) for name in (KEPT, ONE_CHUNK, CHUNKS, AXUM_CONSTANT, MADE, AXUM)]
TURNS += [(name, commits) for commits in COMMITS[1:] for name in (KEPT, MADE, AXUM)]
OF_EACH_SERVER = {
    "connection", "content-length", "date", "keep-alive", "server", "transfer-encoding", "x-kept-page",
}
"""Headers that are not captured."""
SECURITY = (
    "Content-Security-Policy", "Cross-Origin-Opener-Policy", "Permissions-Policy", "Referrer-Policy",
    "X-Content-Type-Options", "X-Frame-Options",
)
OF_ROCKET = {"SQLite": 0.9, "PostgreSQL": 0.8}
OF_AXUM_WHEN_KEPT, OF_AXUM_WHEN_MADE = 1.8, 0.8
OF_NO_COMMITS = 0.8


def peers(site, effort):
    """Kept pages and pages made for each request, with and without a writer, on both databases."""
    for database, url in site.demos():
        programs = programs_on(site, url)
        verify(programs, site.five_pages)
        found = Found()
        with connection(url) as commit:
            for number in range(effort.rounds):
                measure(programs, site.five_pages, commit, found, effort, number)
        for commits in COMMITS:
            tables(database, found, site.five_pages, commits)
        reached = {rate: f"{median(each):.1f}" for rate, each in found.reached.items()}
        print(f"\n  The writer reached {' and '.join(reached.values())} commits a second.\n")
        judge(database, found, site.five_pages)


def programs_on(site, url):
    """The programs, by what the tables call them."""
    kept = replace(site.host(url, "kept"), settings=(("ROCKET_KEPT_PAGES_MIB", "16"),))
    file = site.folder / "pages.json"
    file.write_text(json.dumps(capture(kept, site.five_pages)))
    axum = replace(site.program("axum", "bench-axum", url), arguments=("{port}",))
    constants = {
        name: replace(site.program(server, "bench-constant", url), arguments=(server, "{port}", str(file)))
        for name, server in CONSTANTS.items()
    }
    return {KEPT: kept, MADE: site.host(url, "made"), AXUM: axum, **constants}


def capture(program, paths):
    """The kept pages, for those who serve them as constants."""
    pages = []
    with Server(program) as server:
        for path in paths:
            _, headers, body = kept_page(server, path)
            headers = [(name, value) for name, value in headers.items() if name.lower() not in OF_EACH_SERVER]
            pages.append({"path": path, "headers": headers, "body": body.decode()})
    return pages


def kept_page(server, path):
    """The answer with a page that was kept; an error if none is."""
    for _ in range(5):
        response = server.response(path)
        if response[1]["X-Kept-Page"] == "hit":
            return response
    raise RuntimeError(f"{path} is not kept: {response[:2]}")


def verify(programs, paths):
    """Refuses to compare programs whose answers differ in their bodies or in what protects a visitor."""
    made = programs[MADE]
    for name, program in programs.items():
        if name != MADE:
            verify_that_pages_are_equal(made, program, paths)
    for program in programs.values():
        with Server(made) as ours, Server(program) as theirs:
            for path in paths:
                expected, headers = ours.response(path)[1], theirs.response(path)[1]
                if expected["X-Kept-Page"]:
                    raise RuntimeError(f"{path} is kept, and was to be made for each request")
                for header in SECURITY:
                    if not expected[header] or headers[header] != expected[header]:
                        raise RuntimeError(f"{program.name} answers {path} with {header}: {headers[header]}")


class Found:
    """The samples, round by round."""

    def __init__(self):
        self.rounds = {}
        """For each page, number of connections, program and rate of commits: a sample a round."""
        self.reached = {}
        """For each rate of commits: how many there were a second, each time."""

    def of(self, path, count, name, commits, figure="rate"):
        """A program's figures. Those of constants are from turns without commits, which they cannot notice."""
        samples = self.rounds[path, count, name, 0 if name in CONSTANTS else commits]
        return [getattr(sample, figure) for sample in samples]

    def ratios(self, path, count, first, second, figure="rate"):
        """How much better one turn was than another, round by round; a turn is a program and its rate of commits."""
        pairs = zip(self.of(path, count, *first, figure), self.of(path, count, *second, figure))
        return [a / b if figure == "rate" else b / a for a, b in pairs]


def measure(programs, paths, commit, found, effort, number):
    """A round: all programs are started anew, and take turns, every other round in the opposite order."""
    with contextlib.ExitStack() as stack:
        servers = {name: stack.enter_context(Server(program)) for name, program in programs.items()}
        for path in paths:
            for server in servers.values():
                load(server, path, 32, effort.warm_up)
            kept_page(servers[KEPT], path)
        for count in CONNECTIONS:
            for path in paths:
                for name, commits in TURNS[:: -1 if number % 2 else 1]:
                    with Commits(commit, commits) if commits else contextlib.nullcontext() as writer:
                        sample = load(servers[name], path, count, effort.seconds)
                    found.rounds.setdefault((path, count, name, commits), []).append(sample)
                    if writer:
                        found.reached.setdefault(commits, []).append(writer.reached)


def tables(database, found, paths, commits):
    """Prints requests a second, processor time, and the ratios of both, at one rate of commits.

    Where other programs run on the server's core, one with more threads gets more of it: then the processor
    time says more than the requests a second.
    """
    names = (KEPT, ONE_CHUNK, CHUNKS, AXUM_CONSTANT, MADE, AXUM)
    pairs = [((KEPT, commits), (name, commits)) for name in (ONE_CHUNK, AXUM_CONSTANT, AXUM)]
    pairs.append(((MADE, commits), (AXUM, commits)))
    head = [f"{first[0]} / {second[0]}" for first, second in pairs]
    if commits:
        pairs.append(((KEPT, commits), (KEPT, 0)))
        head.append("kept / without commits")
    lines = [(path, count) for path in paths for count in CONNECTIONS]
    figures = (("Requests a second", "rate", report.number), ("Processor time a request", "cost", report.cost))
    for title, figure, show in figures:
        title = f"{title}, {database}, {commits or 'no'} commits a second"
        rows = [[*line, *[show(median(found.of(*line, name, commits, figure))) for name in names]] for line in lines]
        report.table(title, ["page", "conn.", *names], rows)
        rows = [[*line, *[report.factors(found.ratios(*line, *pair, figure)) for pair in pairs]] for line in lines]
        report.table(f"{title}: how many times better, in one round", ["page", "conn.", *head], rows)


def judge(database, found, paths):
    """Judges by the medians of the ratios; on PostgreSQL against Rocket by those of 32 connections."""
    for count in CONNECTIONS:
        if database == "SQLite" or count == 32:
            at_least(OF_ROCKET[database], f"kept pages on {database} of Rocket's constants in one chunk",
                     found, paths, count, (KEPT, 0), (ONE_CHUNK, 0))
        at_least(OF_AXUM_WHEN_KEPT, f"kept pages on {database} of the axum program's",
                 found, paths[1:], count, (KEPT, 0), (AXUM, 0))
        at_least(OF_NO_COMMITS, f"kept pages on {database} with 10 commits a second of those without",
                 found, paths, count, (KEPT, 10), (KEPT, 0))
        at_least(OF_AXUM_WHEN_MADE, f"pages made for each request on {database} of the axum program's",
                 found, paths, count, (MADE, 0), (AXUM, 0))


def at_least(aim, what, found, paths, count, first, second):
    """Judges a ratio on some pages, of which none may be below the aim."""
    ratios = {path: median(found.ratios(path, count, first, second)) for path in paths}
    shown = ", ".join(f"{path} {ratio:.2f}" for path, ratio in ratios.items())
    connections = "1 connection" if count == 1 else f"{count} connections"
    report.judge(f"{what}, {connections}: at least {aim} times as many", shown, min(ratios.values()) >= aim)
