"""Two programs measured in turns, so that what the machine does meanwhile meets both alike."""

from difflib import unified_diff
from statistics import median

from load import load
from servers import Server


class Comparison:
    """What the rounds showed of two programs, page by page."""

    def __init__(self):
        self.rounds = {}
        """For each page and number of connections: a pair of samples a round."""

    def pairs(self, page, connections):
        """The samples of both programs, a pair a round."""
        return self.rounds[page, connections]

    def figure(self, page, connections, side, name):
        """The median over all rounds of a figure of one of the programs, 0 or 1."""
        return median(getattr(pair[side], name) for pair in self.pairs(page, connections))

    def ratios(self, page, connections, name):
        """The first program's figure in parts of the second's, round by round."""
        return [getattr(a, name) / getattr(b, name) for a, b in self.pairs(page, connections)]

    def ratio(self, page, connections, name):
        """The median of the ratios: steadier than the ratio of the medians."""
        return median(self.ratios(page, connections, name))

    def difference(self, page, connections, name):
        """The median of the differences, round by round."""
        return median(getattr(a, name) - getattr(b, name) for a, b in self.pairs(page, connections))


def compare(first, second, pages, connections, effort, prepare=None):
    """Measures two programs on these pages, `second` being what `first` is held against.

    `prepare` is done with both, once they have started.

    Both are started anew each round, because no two processes of one program are equally fast, and take
    turns of a second or so, first one and then the other beginning.
    """
    comparison = Comparison()
    for number in range(effort.rounds):
        with Server(first) as a, Server(second) as b:
            for server in (a, b) if prepare else ():
                prepare(server)
            for page in pages:
                for server in (a, b):
                    load(server, page, 32, effort.warm_up)
            for count in connections:
                for page in pages:
                    order = [(0, a), (1, b), (1, b), (0, a)]
                    if number % 2:
                        order = [(1, b), (0, a), (0, a), (1, b)]
                    samples = [None, None]
                    for side, server in order:
                        sample = load(server, page, count, effort.seconds)
                        samples[side] = sample if samples[side] is None else samples[side] + sample
                    comparison.rounds.setdefault((page, count), []).append(tuple(samples))
    return comparison


def verify_that_pages_are_equal(host, other, paths):
    """Refuses to compare programs that do not serve the same pages."""
    with Server(host) as a, Server(other) as b:
        for path in paths:
            ours, theirs = a.get(path), b.get(path)
            if ours[0] != 200 or ours != theirs:
                lines = [page[2].decode().splitlines() for page in (theirs, ours)]
                difference = "\n".join(unified_diff(*lines, other.name, host.name, lineterm=""))
                answers = f"{ours[:2]} of {host.name}, {theirs[:2]} of {other.name}"
                raise RuntimeError(f"{path} is {answers}\n{difference}")
