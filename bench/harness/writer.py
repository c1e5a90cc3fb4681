"""A writer that commits to a database at a given rate, while pages of it are asked for."""

import contextlib
import sqlite3
import subprocess
import threading
import time

import machine

STATEMENT = "UPDATE lettings_address SET street = street WHERE id = 1"
"""Leaves the pages as they are, which no program can know before it has read the row again."""


class Commits:
    """Commits in a thread of its own; whoever loads the server waits for another process meanwhile."""

    def __init__(self, commit, rate):
        self.commit, self.rate = commit, rate
        self.stopped = threading.Event()
        self.count, self.error = 0, None
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self):
        """Commits until stopped, on a schedule that makes up for delays."""
        due = self.began = time.perf_counter()
        try:
            while not self.stopped.wait(max(due - time.perf_counter(), 0)):
                self.commit()
                self.count += 1
                due += 1 / self.rate
        except Exception as error:  # It is raised where the writer is stopped.
            self.error = error

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        self.thread.join()
        if self.error:
            raise RuntimeError("the writer failed") from self.error
        self.reached = self.count / (time.perf_counter() - self.began)


@contextlib.contextmanager
def connection(url):
    """A function that commits once, on a connection that is kept."""
    if url.startswith("sqlite:"):
        file = url.removeprefix("sqlite:")
        # Autocommit; used by one thread after the other.
        database = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        with contextlib.closing(database):
            database.execute("PRAGMA synchronous = NORMAL")
            yield lambda: database.execute(STATEMENT)
    else:
        with subprocess.Popen(
            ["psql", "-X", "-d", url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=machine.child_setup(machine.LOAD_CORE),
        ) as psql:
            yield lambda: acknowledged(psql)


def acknowledged(psql):
    """Commits, and returns when the server has said so."""
    psql.stdin.write(f"{STATEMENT};\n")
    psql.stdin.flush()
    answer = psql.stdout.readline().strip()
    if answer != "UPDATE 1":
        raise RuntimeError(f"psql answers {answer!r}")
