"""Programs that do something and end: how long they take, and how much memory."""

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass

import machine


@dataclass
class Run:
    """What a process took."""

    seconds: float
    peak: int
    """The most memory it was resident with, in bytes."""
    output: str


LAUNCHER = """
import os, sys, time
before = time.perf_counter()
process = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(process, 0)
with open(3, "w") as found:
    print(time.perf_counter() - before, usage.ru_maxrss, os.waitstatus_to_exitcode(status), file=found)
"""
"""A small process starts the program: a peak counts what the process held before it became the program, which
would be all that this one holds."""


def run(command, folder, environment):
    """Runs a program to its end, on the core of the servers."""
    command = [str(word) for word in command]
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as found:

        def set_up():
            machine.child_setup(machine.SERVER_CORE)()
            os.dup2(found.fileno(), 3)

        subprocess.run(
            [sys.executable, "-I", "-S", "-c", LAUNCHER, *command],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=set_up,
            pass_fds=[3],
            check=True,
        )
        output.seek(0)
        found.seek(0)
        said = output.read()
        seconds, peak, status = found.read().split()
    if status != "0":
        raise RuntimeError(f"{command[0]} failed:\n{said[-4000:]}")
    return Run(float(seconds), int(peak) * 1024, said)
