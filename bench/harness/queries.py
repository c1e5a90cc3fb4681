"""Typed queries beside the same written by hand, in one process."""

from statistics import median

import report
from processes import run
from servers import environment

BLOCKS_A_ROUND = 150
"""How often both take turns; a turn is twenty queries."""


def queries(site, effort):
    """What each operation takes, typed and by hand; judged by the median of the ratios of turns."""
    for database, url in site.demos():
        blocks = BLOCKS_A_ROUND * effort.rounds
        command = [site.binaries / "bench-queries", url, str(blocks)]
        found = {}
        for line in run(command, site.folder, environment(url)).output.splitlines():
            name, *times = line.split("\t")
            found.setdefault(name, []).append([float(time) for time in times])
        rows, ratios = [], {}
        for name, pairs in found.items():
            ratios[name] = sorted(typed / by_hand for typed, by_hand in pairs)
            typed, by_hand = (f"{median(side):.1f} µs" for side in zip(*pairs))
            quartiles = [ratios[name][len(pairs) // 4], ratios[name][3 * len(pairs) // 4]]
            ratio = report.percent(median(ratios[name]))
            rows.append([name, typed, by_hand, ratio, report.spread(quartiles)])
        title = f"Typed queries and the same by hand on {database}, in turns of one process"
        report.table(title, ["operation", "typed", "by hand", "ratio", "half of the turns"], rows)
        for name, each in ratios.items():
            aim = f"{name} on {database}: within 5 % of what is written by hand"
            report.judge(aim, report.percent(median(each)), median(each) <= 1.05)
