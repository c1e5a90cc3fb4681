"""How many processor instructions a request takes, as valgrind's callgrind counts them.

They are the same on a busy machine as on an idle one: repeated, the counts differ by half a percent. They
are those of the program alone. What the kernel does for it (the socket, the file, waking a thread) is not
seen, nor what the database server does, nor how long an instruction waits for memory. So this tells what
our code costs beside the same pages wired by hand, and the other parts tell what that means in time.
"""

import contextlib
import re
import socket
import subprocess
import time
from dataclasses import replace
from statistics import median

import machine
import report
from compare import verify_that_pages_are_equal
from servers import Server

WARM_UP = 60
"""Requests before the count begins: statements are prepared, and code that runs once has run."""
REQUESTS = 300
SETTLING = 0.3
"""Seconds after which threads that finish up a request are done."""


def instructions(site, effort):
    """The five pages, the modular site against the one wired by hand or another build, on both databases."""
    machine.require("valgrind", "which counts the instructions")
    for database, url in site.demos():
        programs = [site.host(url), site.other_build(url) if site.before else site.floor(url)]
        if not site.before:
            verify_that_pages_are_equal(*programs, site.five_pages)
        rounds = [[count(program, site.five_pages) for program in programs] for _ in range(min(effort.rounds, 3))]
        rows, found = [], {}
        for path in site.five_pages:
            pairs = [[counts[path] for counts in pair] for pair in rounds]
            ratios = [host / other for host, other in pairs]
            found[path] = median(ratios)
            figures = [report.number(median(side)) for side in zip(*pairs)]
            rows.append([path, *figures, report.percent(found[path]), report.spread(ratios)])
        title = f"Instructions a request on {database}, without the kernel's"
        other, aim = ("before", 1.03) if site.before else ("floor", 1.05)
        report.table(title, ["page", "host", other, "difference", "rounds"], rows)
        for path in site.five_pages[0 if site.before else 1:]:
            what = f"{path} on {database}: within {report.percent(aim)} of the instructions of {other}"
            report.judge(what, report.percent(found[path]), found[path] <= aim)


def count(program, paths):
    """The instructions a request to each page takes, on one connection and one thread for requests."""
    output = program.folder / f"callgrind-{program.name}"
    for old in program.folder.glob(f"{output.name}*"):
        old.unlink()
    # Threads take turns in order, so that they do so alike each time.
    tool = ("valgrind", "--tool=callgrind", "--instr-atstart=no", "--fair-sched=yes",
            f"--callgrind-out-file={output}")
    watched = replace(program, under=tool, settings=(("ROCKET_WORKERS", "1"),))
    with Server(watched) as server, contextlib.closing(Client(server.port)) as client:
        control(server, "--instr=on")
        counts = {}
        for path in paths:
            client.get(path, WARM_UP)
            time.sleep(SETTLING)
            control(server, "--zero")
            client.get(path, REQUESTS)
            time.sleep(SETTLING)
            control(server, "--dump")
            counts[path] = total(newest(output)) / REQUESTS
        return counts


def control(server, command):
    """Tells callgrind to do something."""
    done = subprocess.run(["callgrind_control", command, str(server.process.pid)], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"callgrind_control {command} failed:\n{done.stdout}{done.stderr}")


def newest(output):
    """The dump that was written last: they are numbered."""
    dumps = list(output.parent.glob(f"{output.name}.*"))
    if not dumps:
        raise RuntimeError("callgrind wrote nothing")
    return max(dumps, key=lambda file: int(file.suffix[1:]))


def total(dump):
    """All instructions of a dump, of all threads."""
    found = re.search(r"^(?:totals|summary): (\d+)", dump.read_text(), re.MULTILINE)
    if not found or not int(found.group(1)):
        raise RuntimeError(f"callgrind counted nothing in {dump}")
    return int(found.group(1))


class Client:
    """One connection that is kept."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def get(self, path, times):
        """Asks for a page so many times, one after the other, in few bytes and always the same."""
        request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
        for _ in range(times):
            self.socket.sendall(request)
            head, _, body = self.receive(lambda data: b"\r\n\r\n" in data).partition(b"\r\n\r\n")
            length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
            if not head.startswith(b"HTTP/1.1 200 ") or not length:
                raise RuntimeError(f"{path} answers\n{head.decode(errors='replace')}")
            self.receive(lambda data: len(data) >= int(length.group(1)), body)

    def receive(self, is_enough, data=b""):
        """Reads until it is enough."""
        while not is_enough(data):
            more = self.socket.recv(65536)
            if not more:
                raise RuntimeError("the server closed the connection")
            data += more
        return data

    def close(self):
        """Ends the connection."""
        self.socket.close()
