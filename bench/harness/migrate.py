"""`migrate` with nothing to do for a hundred modules of ten migrations each."""

from statistics import median

import report
from processes import run
from servers import environment


def migrate(site, effort):
    """The time of the whole process, on both databases."""
    names = {"bench-migrations": "1,000 migrations of 100 modules", "holiday-homes": "the site's own migrations"}
    for (database, changed), (_, demo) in zip(site.empty("changed"), site.demos()):
        urls = {"bench-migrations": changed, "holiday-homes": demo}

        def once(binary):
            return run([site.binaries / binary, "migrate"], site.folder, environment(urls[binary]))

        for binary in urls:
            once(binary)
        times = {binary: [] for binary in urls}
        for _ in range(max(20, effort.starts) if effort.rounds > 1 else effort.starts):
            for binary in urls:
                done = once(binary)
                if "nothing to migrate" not in done.output:
                    raise RuntimeError(f"{binary} found something to migrate:\n{done.output}")
                times[binary].append(done.seconds)
        rows = [
            [names[binary], *[report.milliseconds(figure(taken)) for figure in (median, min, max)]]
            for binary, taken in times.items()
        ]
        title = f"`migrate` with nothing to do, {database}, the whole process"
        report.table(title, ["migrations", "median", "least", "most"], rows)
        middle = median(times["bench-migrations"])
        aim = f"1,000 migrations with nothing to do on {database}: under 50 ms"
        report.judge(aim, report.milliseconds(middle), middle < 0.05)
