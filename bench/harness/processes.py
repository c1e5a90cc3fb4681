"""Programs that do something and end: how long they take, and how much memory."""

import os
import subprocess
import tempfile
import time
from dataclasses import dataclass

import machine


@dataclass
class Run:
    """What a process took."""

    seconds: float
    peak: int
    """The most memory it was resident with, in bytes."""
    output: str


def run(command, folder, environment):
    """Runs a program to its end, on the core of the servers."""
    with tempfile.TemporaryFile("w+") as output:
        before = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=machine.child_setup(machine.SERVER_CORE),
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - before
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        said = output.read()
    if process.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{said[-4000:]}")
    return Run(seconds, usage.ru_maxrss * 1024, said)
