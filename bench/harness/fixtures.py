"""Loading and dumping a large fixture: Django's commands, and ours."""

import json
import os
import subprocess
from pathlib import Path
from statistics import median

import report
from processes import run
from servers import environment

ROOT = Path(__file__).resolve().parents[2]
DJANGO = ROOT / "target" / "django" / "5.2" / "bin" / "python"
LETTINGS = 100_000
MEMORY_AIM = 64e6
TIMES_FASTER = 20


def fixtures(site, effort):
    """Seconds, and our memory; a million lettings without Django, if asked for."""
    if not site.million:
        subprocess.run([ROOT / "scripts" / "django-envs"], check=True, stdout=subprocess.DEVNULL)
    lettings = 1_000_000 if site.million else LETTINGS
    fixture = site.folder / "lettings.json"
    write(fixture, lettings)
    programs = [Ours(site)] if site.million else [Django(site), Ours(site)]
    rounds = 1 if site.million else min(effort.rounds, 3)
    found = {}
    for number in range(rounds):
        for program in programs:
            for database, url in site.empty(f"{program.name}_{number}"):
                loaded, dumped, dump = load_and_dump(program, url, fixture, site.folder)
                compare_dumps(fixture, dump, program.name)
                for action, done in (("loaddata", loaded), ("dumpdata", dumped)):
                    found.setdefault((database, action), {}).setdefault(program.name, []).append(done)
    fixture.unlink()
    rows = [row(database, action, taken) for (database, action), taken in found.items()]
    title = f"A fixture of {lettings:,} lettings, and as many addresses; the whole process"
    report.table(title, ["command", "Django 5.2", "host", "times faster", "rounds", "host's peak memory"], rows)
    for (database, action), taken in found.items():
        judge(f"{action} of {lettings:,} lettings on {database}", taken)


def load_and_dump(program, url, fixture, folder):
    """What both commands take on a new database, and the file that the second wrote."""
    dump = folder / f"{program.name}-dump.json"
    program.run(url, "migrate")
    loaded = program.run(url, "loaddata", fixture)
    dumped = program.run(url, "dumpdata", "lettings", "--output", dump)
    if url.startswith("sqlite:"):
        Path(url.removeprefix("sqlite:")).unlink()
    return loaded, dumped, dump


def write(file, lettings):
    """Writes a fixture, an object a line."""
    with open(file, "w") as out:
        for label, values in (("lettings.address", address), ("lettings.letting", letting)):
            for number in range(1, lettings + 1):
                begin = "[" if label == "lettings.address" and number == 1 else ","
                out.write(begin + json.dumps({"model": label, "pk": number, "fields": values(number)}) + "\n")
        out.write("]\n")


def address(number):
    """The fields of an address."""
    return {
        "number": number % 10_000,
        "street": f"Cliff Drive {number % 97}",
        "city": "Laguna Beach",
        "state": "CA",
        "zip_code": 92651,
        "country_iso_code": "USA",
    }


def letting(number):
    """The fields of a letting."""
    return {"title": f"Beach Hut {number}", "address": number}


def compare_dumps(fixture, dump, name):
    """Refuses a dump that holds other objects than were loaded, in whatever order; unless it is too large to look."""
    if dump.stat().st_size < 100e6 and objects(fixture) != objects(dump):
        raise RuntimeError(f"what {name} dumped is not what it loaded")
    dump.unlink()


def objects(file):
    """The objects of a fixture, by model and key."""
    with open(file, "rb") as data:
        return {(each["model"], each["pk"]): each["fields"] for each in json.load(data)}


class Ours:
    """The modular site."""

    name = "host"

    def __init__(self, site):
        self.program, self.folder = site.binaries / "holiday-homes", site.folder

    def run(self, url, *command):
        """Runs a command of it."""
        return run([self.program, *command], self.folder, environment(url))


class Django:
    """The Django site with the same models."""

    name = "django"

    def __init__(self, site):
        self.folder = ROOT / "tests" / "django"
        self.home = site.folder

    def run(self, url, *command):
        """Runs a command of it."""
        of_its_own = {"LAYOUT": "split", "PYTHONDONTWRITEBYTECODE": "1", "HOME": str(self.home)}
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        command = [DJANGO, "manage.py", *command]
        return run(command, self.folder, kept | of_its_own | {"DATABASE_URL": url})


def row(database, action, taken):
    """A line of the table."""
    ours = taken["host"]
    theirs = taken.get("django")
    ratios = [a.seconds / b.seconds for a, b in zip(theirs, ours)] if theirs else []
    return [
        f"{action}, {database}",
        seconds(theirs) if theirs else "",
        seconds(ours),
        f"{median(ratios):.1f}" if theirs else "",
        f"{min(ratios):.1f} … {max(ratios):.1f}" if theirs else "",
        report.megabytes(peak(ours)),
    ]


def seconds(runs):
    """The median."""
    return f"{median(run.seconds for run in runs):.2f} s"


def peak(runs):
    """The most memory of all rounds."""
    return max(run.peak for run in runs)


def judge(what, taken):
    """Whether it is fast and small enough."""
    ours = taken["host"]
    if "django" in taken:
        ratio = median(a.seconds / b.seconds for a, b in zip(taken["django"], ours))
        report.judge(f"{what}: {TIMES_FASTER} times faster than Django", f"{ratio:.1f} times", ratio >= TIMES_FASTER)
    memory = peak(ours)
    report.judge(f"{what}: at most {report.megabytes(MEMORY_AIM)} resident", report.megabytes(memory), memory <= MEMORY_AIM)
