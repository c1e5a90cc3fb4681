"""Tables, and whether what they show meets the aims."""

from statistics import median

verdicts = []
"""Of each aim: what was asked, what was found, whether it is met."""


def table(title, head, rows):
    """Prints a table: the first column to the left, the others to the right."""
    cells = [head, *[[str(cell) for cell in row] for row in rows]]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    print(f"\n{title}\n")
    for index, row in enumerate(cells):
        first, *others = zip(row, widths)
        print("  " + "  ".join([first[0].ljust(first[1]), *[cell.rjust(width) for cell, width in others]]).rstrip())
        if index == 0:
            print("  " + "  ".join("-" * width for width in widths))
    print(flush=True)


def judge(aim, found, met):
    """Notes whether an aim is met, and prints it."""
    verdicts.append((aim, found, met))
    print(f"  {word(met)}  {aim}: {found}", flush=True)


def word(met):
    """The verdict in a word."""
    return "PASS" if met else "MISS"


def summary():
    """Prints all verdicts together; whether there is no miss."""
    missed = [verdict for verdict in verdicts if not verdict[2]]
    print(f"\n{len(verdicts) - len(missed)} aims met, {len(missed)} missed")
    for aim, found, met in missed:
        print(f"  {word(met)}  {aim}: {found}")
    return not missed


def number(value):
    """A count, with commas."""
    return f"{value:,.0f}"


def microseconds(value):
    """A time in microseconds, in the unit that reads best."""
    return f"{value / 1000:.2f} ms" if value >= 1000 else f"{value:.0f} µs"


def cost(value):
    """Processor time."""
    return f"{value:.1f} µs"


def percent(ratio):
    """A ratio as the difference from one: `+3.1 %`."""
    return f"{(ratio - 1) * 100:+.1f} %"


def milliseconds(seconds):
    """A time in milliseconds."""
    return f"{seconds * 1000:.1f} ms"


def spread(ratios):
    """The lowest and the highest of the rounds' ratios, to tell how far the median can be trusted."""
    return f"{percent(min(ratios))} … {percent(max(ratios))}"


def factors(ratios):
    """The median of the rounds' ratios, and the lowest and the highest if there are several."""
    middle = f"{median(ratios):.2f}"
    return middle if len(ratios) == 1 else f"{middle} ({min(ratios):.2f} … {max(ratios):.2f})"


def megabytes(value):
    """A size in millions of bytes."""
    return f"{value / 1e6:.1f} MB"
