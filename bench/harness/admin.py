"""The admin on 100,000 lettings: ours, and Django's under gunicorn on the same database."""

import contextlib
import os
import re
import sqlite3
import subprocess
import time
from html.parser import HTMLParser
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

import databases
import machine
import report
from load import load
from servers import Program, Server, environment

ROOT = Path(__file__).resolve().parents[2]
DJANGO = ROOT / "target" / "django" / "5.2" / "bin"
LETTINGS = 100_000
PAGE_SIZE = 100
TIMES_FASTER = 10
ABOVE_SQL = 10.0
SLOWEST = 50.0
NAME, PASSWORD = "bench", "a kettle sings at noon"
LIST = "/admin/lettings/letting/"
LAST = f"{LIST}?p={LETTINGS // PAGE_SIZE}"
SEARCH = f"{LIST}?q=hut+4242"
FORM = f"{LIST}4242/change/"

MATCHES = """FROM lettings_letting t0 JOIN lettings_address t1 ON t1.id = t0.address_id
 WHERE (t0.title {like} '%hut%' OR t1.street {like} '%hut%' OR t1.city {like} '%hut%')
 AND (t0.title {like} '%4242%' OR t1.street {like} '%4242%' OR t1.city {like} '%4242%')"""
COLUMNS = "SELECT t0.id, t0.title, t0.address_id, t1.number, t1.street, t1.city, t1.state"
BOTH = "FROM lettings_letting t0 JOIN lettings_address t1 ON t1.id = t0.address_id"
STATEMENTS = {
    SEARCH: [
        "SELECT COUNT(*) FROM lettings_letting",
        f"SELECT COUNT(*) {MATCHES}",
        f"{COLUMNS} {MATCHES} ORDER BY t0.id DESC LIMIT {PAGE_SIZE}",
    ],
    LAST: [
        "SELECT COUNT(*) FROM lettings_letting",
        f"{COLUMNS} {BOTH} ORDER BY t0.id LIMIT {PAGE_SIZE}",
    ],
}
"""What a page has to ask at least. The counts by which filters say how many are not among it."""


def admin(site, effort):
    """Requests a second of list, form and save; and what search and the last page take."""
    subprocess.run([ROOT / "scripts" / "django-envs"], check=True, stdout=subprocess.DEVNULL)
    for database, url in site.empty("admin"):
        fill(site, url)
        ours = site.host(url)
        ours = Program(ours.name, ours.binary, url, ours.folder, settings=(
            # Django reads no Argon2 here, and ends its sessions when a password is hashed anew.
            ("ROCKET_MODULES", '{accounts={password_hasher="pbkdf2_sha256"}}'),
        ))
        measure(database, url, ours, django(site, url), effort)


def fill(site, url):
    """Has Django make its tables and ours adopt them; adds lettings and somebody to sign in."""
    manage(site, url, "migrate", "--verbosity=0")
    manage(site, url, "createsuperuser", "--noinput", f"--username={NAME}", "--email=bench@example.org")
    migrate = [site.binaries / "holiday-homes", "migrate"]
    subprocess.run(migrate, cwd=site.folder, env=environment(url), check=True, stdout=subprocess.DEVNULL)
    if url.startswith("sqlite:"):
        databases.fill_sqlite(Path(url.removeprefix("sqlite:")), LETTINGS)
    else:
        name = url.rsplit("/", 1)[1]
        site.postgres().fill(name, LETTINGS)
        # As its own daemon would before long, and not in the middle of a measurement.
        site.postgres().psql(name, "VACUUM ANALYZE")


def manage(site, url, *command):
    """Runs a command of the Django site."""
    env = django_environment(site, url) | {"DJANGO_SUPERUSER_PASSWORD": PASSWORD}
    subprocess.run([DJANGO / "python", "manage.py", *command], cwd=ROOT / "tests" / "django", env=env, check=True,
                   stdout=subprocess.DEVNULL)


def django_environment(site, url):
    """What the Django site is told."""
    folders = [ROOT / "bench" / "django", ROOT / "tests" / "django"]
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return kept | {
        "LAYOUT": "split",
        "DATABASE_URL": url,
        "HOME": str(site.folder),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": os.pathsep.join(map(str, folders)),
    }


def django(site, url):
    """Django's site under gunicorn, with a worker more than it has cores."""
    settings = django_environment(site, url) | {"DJANGO_SETTINGS_MODULE": "admin_settings"}
    arguments = ("--bind=127.0.0.1:{port}", "--workers=2", "--log-level=warning", "admin_wsgi:application")
    return Program("django", DJANGO / "gunicorn", url, site.folder, settings=tuple(settings.items()),
                   arguments=arguments, first_page="/admin/login/")


def measure(database, url, ours, theirs, effort):
    """Measures both in turns, and judges."""
    rates, latencies, saves, sql, above = {}, {}, {}, {}, {}
    for _ in range(min(effort.rounds, 3)):
        with Server(ours) as a, Server(theirs) as b:
            visitors = [Visitor(a, "/accounts/login/"), Visitor(b, "/admin/login/")]
            for page in (LIST, FORM, SEARCH, LAST):
                for visitor in visitors:
                    name = visitor.server.program.name
                    load(visitor.server, page, 4, 1, visitor.headers())
                    many = load(visitor.server, page, 4, max(effort.seconds, 2), visitor.headers())
                    one = load(visitor.server, page, 1, max(effort.seconds, 2), visitor.headers())
                    rates.setdefault((page, name), []).append(many.rate)
                    latencies.setdefault((page, name), []).append(one.p50 / 1000)
                    if page in STATEMENTS and name == ours.name:
                        # Right after it, since these machines are not equally fast all the time.
                        sql.setdefault(page, []).append(milliseconds_of_sql(url, STATEMENTS[page]))
                        above.setdefault(page, []).append(one.p50 / 1000 - sql[page][-1])
            for visitor in visitors:
                # At first each connection has yet to prepare its statements.
                visitor.save(FORM, 20)
                saves.setdefault(visitor.server.program.name, []).append(visitor.save(FORM, 50))
    rows = []
    for page in (LIST, FORM, SEARCH, LAST):
        for name in (ours.name, theirs.name):
            rows.append([page, name, f"{median(rates[page, name]):,.1f}", f"{median(latencies[page, name]):.2f} ms"])
    for name in (ours.name, theirs.name):
        rows.append(["save", name, f"{1 / median(saves[name]):,.1f}", f"{median(saves[name]) * 1000:.2f} ms"])
    title = f"The admin on {LETTINGS:,} lettings, {database}: 4 connections, and the p50 of 1"
    report.table(title, ["page", "program", "req/s", "p50"], rows)
    for word, page in (("list", LIST), ("form", FORM)):
        times_faster(f"{word} on {database}", [a / b for a, b in zip(rates[page, ours.name], rates[page, theirs.name])])
    times_faster(f"save on {database}", [b / a for a, b in zip(saves[ours.name], saves[theirs.name])])
    for word, page in (("search", SEARCH), ("last page", LAST)):
        alone, more = median(sql[page]), median(above[page])
        aim = f"{word} on {database}: at most {ABOVE_SQL:.0f} ms above its SQL, which takes {alone:.1f} ms"
        report.judge(aim, f"{more:+.1f} ms", more <= ABOVE_SQL)
    slowest = max(median(latencies[page, ours.name]) for page in (LIST, LAST))
    report.judge(f"pages in default order on {database}: under {SLOWEST:.0f} ms", f"{slowest:.1f} ms at most", slowest < SLOWEST)


def times_faster(what, ratios):
    """Judges a comparison."""
    ratio = median(ratios)
    report.judge(f"{what}: {TIMES_FASTER} times Django's", f"{ratio:.1f} times", ratio >= TIMES_FASTER)


def milliseconds_of_sql(url, statements):
    """What the statements of a page take by themselves, the median of some runs."""
    taken = []
    for _ in range(7):
        if url.startswith("sqlite:"):
            with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite:"))) as connection:
                before = time.perf_counter()
                for statement in statements:
                    connection.execute(statement.replace("{like}", "LIKE")).fetchall()
                taken.append((time.perf_counter() - before) * 1000)
        else:
            plans = [f"EXPLAIN (ANALYZE, TIMING OFF) {each.replace('{like}', 'ILIKE')};" for each in statements]
            run = subprocess.run(["psql", "-qAt", url], input="\n".join(plans), text=True, capture_output=True, check=True)
            taken.append(sum(float(each) for each in re.findall(r"(?:Execution|Planning) Time: ([0-9.]+)", run.stdout)))
    return median(taken)


class Visitor:
    """Somebody who is signed in, on a connection that stays open."""

    def __init__(self, server, login):
        self.server, self.cookies = server, {}
        self.connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
        page = self.get(login)
        fields = Form.of(page, "username").fields | {"username": NAME, "password": PASSWORD}
        status, body = self.post(login, fields)
        if status not in (302, 303):
            raise RuntimeError(f"{server.program.name} lets nobody in: {status}\n{body}")

    def headers(self):
        """The lines by which a request is this visitor's."""
        return [f"Cookie: {self.cookie()}"]

    def cookie(self):
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def ask(self, method, path, body=None):
        """The status and the text of an answer; its cookies are kept."""
        headers = {"Cookie": self.cookie()}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        text = response.read().decode()
        for line in response.headers.get_all("Set-Cookie") or []:
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return response.status, text

    def get(self, path):
        status, text = self.ask("GET", path)
        if status != 200:
            raise RuntimeError(f"{self.server.program.name}: {path} is {status}\n{text}")
        return text

    def post(self, path, fields):
        return self.ask("POST", path, urlencode(fields))

    def save(self, path, times):
        """The median of seconds that it takes to save a form, each time with another title."""
        taken = []
        for number in range(times):
            form = Form.of(self.get(path), "_save")
            fields = form.fields | {"title": f"Beach Hut 4242 {number}", "_save": "Save"}
            before = time.perf_counter()
            status, text = self.post(path, fields)
            taken.append(time.perf_counter() - before)
            if status not in (302, 303):
                raise RuntimeError(f"{self.server.program.name} does not save: {status}\n{text}")
        return median(taken)


class Form(HTMLParser):
    """The fields of a form, as a browser would send them without its buttons."""

    def __init__(self):
        super().__init__()
        self.forms, self.select, self.textarea = [], None, None

    @staticmethod
    def of(page, field):
        """The form that has a field or button of that name."""
        parser = Form()
        parser.feed(page)
        for fields, names in parser.forms:
            if field in names:
                parser.fields = fields
                return parser
        raise RuntimeError(f"no form has `{field}`:\n{page}")

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "form":
            self.forms.append(({}, set()))
        if not self.forms:
            return
        fields, names = self.forms[-1]
        name = given.get("name")
        if name:
            names.add(name)
        match tag:
            case "input" if name and given.get("type") not in ("submit", "button", "file"):
                if given.get("type") not in ("checkbox", "radio") or "checked" in given:
                    fields[name] = given.get("value", "on" if "checked" in given else "")
            case "select" if name:
                self.select = name
                fields.setdefault(name, "")
            case "option" if self.select and "selected" in given:
                fields[self.select] = given.get("value", "")
            case "textarea" if name:
                self.textarea = name
                fields[name] = ""

    def handle_data(self, data):
        if self.textarea:
            self.forms[-1][0][self.textarea] += data

    def handle_endtag(self, tag):
        if tag == "select":
            self.select = None
        if tag == "textarea":
            self.textarea = None
