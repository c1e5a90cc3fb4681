"""The databases that are measured on: SQLite files, and a PostgreSQL of our own that ends with us."""

import contextlib
import os
import pwd
import shutil
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

import machine
from servers import Program, Server, environment

ADDRESS = "INSERT INTO lettings_address (id, number, street, city, state, zip_code, country_iso_code) "
LETTING = "INSERT INTO lettings_letting (id, title, address_id) "
STREETS = "'Cliff Drive ' || n % 97, 'Laguna Beach', 'CA', 92651, 'USA'"


def prepare(host, folder, url, demo_data):
    """Has the host make its tables, and fill them with the demo data if asked to, as it does at a start."""
    if demo_data:
        with Server(Program("demo", host, url, folder)):
            return
    output = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run([host, "migrate"], cwd=folder, env=environment(url), check=True, **output)


def sqlite(host, folder, name, lettings=None):
    """A SQLite file with so many lettings, or with the demo data; its address."""
    file = folder / f"{name}.sqlite3"
    url = f"sqlite:{file}"
    prepare(host, folder, url, demo_data=lettings is None)
    if lettings is not None:
        fill_sqlite(file, lettings)
    return url


def fill_sqlite(file, lettings):
    """Adds so many lettings to a file that has the tables."""
    numbers = f"WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {lettings}) "
    with contextlib.closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(f"{ADDRESS} {numbers} SELECT n, n, {STREETS} FROM numbers")
        connection.execute(f"{LETTING} {numbers} SELECT n, 'Beach Hut ' || n, n FROM numbers")


class Postgres:
    """A PostgreSQL server with a folder, a port and an end of its own."""

    def __init__(self, folder):
        self.folder = folder / "postgres"
        self.port = machine.free_port()
        self.folder.mkdir()
        tools = postgres_tools()
        # PostgreSQL refuses to run as root; its folder belongs to whom it runs as.
        self.account = {}
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            self.account = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
            shutil.chown(self.folder, user.pw_uid, user.pw_gid)
        data = self.folder / "data"
        self.run([tools / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-sync"])
        options = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": self.folder,
            "fsync": "off",
        }
        settings = [f"-c{name}={value}" for name, value in options.items()]
        self.log = folder / "postgres.log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [tools / "postgres", "-D", data, *settings],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=machine.child_setup(machine.LOAD_CORE, signal.SIGQUIT),
                **self.account,
            )
        try:
            self.wait_until_it_answers()
        except BaseException:
            self.stop()
            raise

    def run(self, command):
        """Runs a command of PostgreSQL as its user."""
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, **self.account)
        if done.returncode:
            raise RuntimeError(f"{command[0]} failed:\n{done.stdout}{done.stderr}")

    def wait_until_it_answers(self):
        """Returns when it takes connections."""
        for _ in range(200):
            if self.psql("postgres", "SELECT 1", check=False).returncode == 0:
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise RuntimeError(f"PostgreSQL does not start:\n{self.log.read_text()}")

    def psql(self, database, sql, check=True):
        """Runs a statement."""
        command = ["psql", "-q", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres"]
        command += ["-v", "ON_ERROR_STOP=1", "-d", database, "-c", sql]
        return subprocess.run(command, check=check, capture_output=True)

    def empty(self, name):
        """A database without a table; its address."""
        self.psql("postgres", f"CREATE DATABASE {name}")
        return f"postgres://postgres@127.0.0.1:{self.port}/{name}"

    def database(self, host, folder, name, lettings=None):
        """A database with so many lettings, or with the demo data; its address."""
        url = self.empty(name)
        prepare(host, folder, url, demo_data=lettings is None)
        if lettings is not None:
            self.fill(name, lettings)
        # As its own daemon would before long, and not in the middle of a measurement.
        self.psql(name, "VACUUM ANALYZE")
        return url

    def fill(self, name, lettings):
        """Adds so many lettings to a database that has the tables."""
        numbers = f"FROM generate_series(1, {lettings}) AS n"
        self.psql(name, f"{ADDRESS} SELECT n, n, {STREETS} {numbers}")
        self.psql(name, f"{LETTING} SELECT n, 'Beach Hut ' || n, n {numbers}")

    def stop(self):
        """Ends it at once: nothing in it is worth keeping."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(20)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def postgres_tools():
    """The folder of the newest PostgreSQL server that is installed."""
    debian = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    found = [file.parent for file in sorted(debian, key=lambda file: int(file.parts[-3]), reverse=True)]
    found += [Path(file).parent for file in [shutil.which("postgres")] if file]
    if not found:
        raise SystemExit("PostgreSQL's server is missing: install it (Debian: apt-get install postgresql), "
                         "or leave it out with --no-postgres")
    return found[0]
