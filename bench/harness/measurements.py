"""What is measured, each with its aims: the sections of the report."""

import time
from statistics import median

import report
from admin import admin
from compare import compare, verify_that_pages_are_equal
from fixtures import fixtures
from instructions import instructions
from load import load
from migrate import migrate
from peers import peers
from queries import queries
from servers import Server
from watching import watching

LIST_ROWS = 100_000
PAGE_SIZE = 12
CONNECTIONS = (32, 1)
PAGES_HEAD = [
    "page", "conn.", "req/s", "floor", "p50", "floor", "p99", "floor", "CPU/req", "floor", "ratio", "rounds",
]


def pages(site, effort):
    """The five pages on SQLite, the modular site against the one wired by hand."""
    against_the_floor("SQLite", site.host(), site.floor(), site.five_pages, effort)


def postgres(site, effort):
    """The pages that ask the database, on PostgreSQL."""
    url = site.postgres_demo()
    against_the_floor("PostgreSQL", site.host(url), site.floor(url), site.five_pages[1:], effort)


def against_the_floor(database, host, floor, paths, effort):
    """Compares the host with the floor, after a look whether both serve the same."""
    verify_that_pages_are_equal(host, floor, paths)
    found = compare(host, floor, paths, CONNECTIONS, effort)
    rows = [page_row(found, path, count) for path in paths for count in CONNECTIONS]
    report.table(f"Pages on {database}, host and floor in turns; judged by processor time a request", PAGES_HEAD, rows)
    for path in paths:
        for count in CONNECTIONS:
            where = f"{path} on {database}, {connections(count)}"
            if path == "/":
                more = found.difference(path, count, "cost")
                report.judge(f"{where}: at most 3 µs more than the floor", f"{more:+.2f} µs", more <= 3)
            else:
                ratio = found.ratio(path, count, "cost")
                report.judge(f"{where}: within 5 % of the floor", report.percent(ratio), ratio <= 1.05)


def connections(count):
    """How many connections, in words."""
    return "1 connection" if count == 1 else f"{count} connections"


def page_row(found, path, count, judged="cost"):
    """A line of a table of two programs, with the ratio of the figure by which they are judged."""

    def both(name, show):
        return [show(found.figure(path, count, side, name)) for side in (0, 1)]

    return [
        path, count, *both("rate", report.number),
        *both("p50", report.microseconds), *both("p99", report.microseconds), *both("cost", report.cost),
        report.percent(found.ratio(path, count, judged)), report.spread(found.ratios(path, count, judged)),
    ]


def start(site, effort):
    """The time from start to the first 200."""
    programs = [site.host(), site.floor(), site.many()]
    times = start_times(programs, effort)
    figures = {"median": median, "least": min, "most": max}
    rows = [[name, *[f"{figure(each):.0f} ms" for figure in figures.values()]] for name, each in times.items()]
    report.table("From start to the first 200 on a migrated SQLite database", ["program", *figures], rows)
    host = median(times["host"])
    report.judge("started in under 100 ms", f"{host:.0f} ms", host < 100)
    more = median(times["many"]) - host
    report.judge("200 modules add at most 100 ms to the start", f"{more:+.0f} ms", more <= 100)


def start_times(programs, effort):
    """The milliseconds each program took to start, in turns."""
    times = {program.name: [] for program in programs}
    for _ in range(effort.starts):
        for program in programs:
            with Server(program) as server:
                times[program.name].append(server.start_milliseconds)
    return times


def memory(site, effort):
    """Resident memory at rest and after load, and the size of the binary."""
    rows = []
    for program in [site.host(), site.floor(), site.many()]:
        with Server(program) as server:
            time.sleep(0.5)
            idle = server.resident_bytes()
            for path in site.five_pages:
                load(server, path, 32, effort.seconds)
            loaded = server.resident_bytes()
        size = program.binary.stat().st_size
        rows.append([program.name, report.megabytes(idle), report.megabytes(loaded), report.megabytes(size)])
        if program.name == "host":
            judged = loaded
    report.table("Memory and size", ["program", "resident idle", "after load", "binary"], rows)
    report.judge("under 40 MB resident after load", report.megabytes(judged), judged < 40e6)


def lists(site, effort):
    """The list of lettings when it is long, on both databases."""
    for database, short, long in site.list_databases(PAGE_SIZE, LIST_ROWS):
        first = "/lettings/"
        found = compare(site.host(long, "long"), site.host(short, "short"), [first], (1, 32), effort)
        head = [column.replace("floor", "short") for column in PAGES_HEAD]
        rows = [page_row(found, first, count, "p50") for count in (1, 32)]
        title = f"The first page of {LIST_ROWS:,} lettings and the only one of {PAGE_SIZE}, {database}; judged by p50"
        report.table(title, head, rows)
        ratio = found.ratio(first, 1, "p50")
        aim = f"the first page of {LIST_ROWS:,} on {database}: at most a third slower than an only page"
        report.judge(aim, report.percent(ratio), ratio <= 4 / 3)
        other_pages(database, site.host(long, "long"), effort)


def other_pages(database, program, effort):
    """The later pages of the long list, one request at a time."""
    last = -(-LIST_ROWS // PAGE_SIZE)
    numbers = {
        "page 2": 2,
        "the middle": last // 2,
        "the last": last,
        "past the end": last + 1,
        "far past it": 2**32 - 1,
    }
    rows, slowest = [], 0
    with Server(program) as server:
        for name, number in numbers.items():
            path = f"/lettings/?page={number}"
            load(server, path, 1, effort.warm_up)
            samples = [load(server, path, 1, effort.seconds) for _ in range(min(effort.rounds, 3))]
            p50, p99 = (median(getattr(sample, name) for sample in samples) for name in ("p50", "p99"))
            slowest = max(slowest, p50)
            rows.append([name, number, report.microseconds(p50), report.microseconds(p99)])
    title = f"Other pages of {LIST_ROWS:,} lettings, {database}, 1 connection"
    report.table(title, ["page", "number", "p50", "p99"], rows)
    aim = f"any other page of {LIST_ROWS:,} on {database}: under 10 ms (p50)"
    report.judge(aim, f"{report.microseconds(slowest)} at most", slowest < 10_000)


def modules(site, effort):
    """What 196 modules more cost the pages."""
    host, many = site.host(), site.many()
    found = compare(many, host, site.five_pages, (32,), effort)
    head = [column.replace("floor", "host") for column in PAGES_HEAD]
    rows = [page_row(found, path, 32) for path in site.five_pages]
    title = "Pages with 196 modules more, and without them; judged by processor time a request"
    report.table(title, head, rows)
    for path in site.five_pages:
        ratio = found.ratio(path, 32, "cost")
        report.judge(f"{path} with 200 modules: at most 10 % slower", report.percent(ratio), ratio <= 1.1)


def before(site, effort):
    """The five pages of another build of the site, which `--before` names, on both databases."""
    for database, url in site.demos():
        paths = site.five_pages
        found = compare(site.host(url), site.other_build(url), paths, CONNECTIONS, effort)
        head = [column.replace("floor", "before") for column in PAGES_HEAD]
        rows = [page_row(found, path, count) for path in paths for count in CONNECTIONS]
        report.table(f"Pages on {database}, now and before in turns; judged by processor time a request", head, rows)
        for path in paths:
            for count in CONNECTIONS:
                ratio = found.ratio(path, count, "cost")
                where = f"{path} on {database}, {connections(count)}"
                report.judge(f"{where}: within 3 % of before", report.percent(ratio), ratio <= 1.03)


USUAL = (pages, postgres, start, memory, lists, modules, queries, migrate, watching)
"""What is measured if nothing is asked for."""
SECTIONS = {section.__name__: section for section in (*USUAL, before, peers, instructions, fixtures, admin)}
"""All there is. `peers` takes five minutes a round; the last three take long, and need valgrind and Django."""
