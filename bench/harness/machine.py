"""What the measurements need of the machine: cores to pin to, free ports, children that do not outlive us."""

import ctypes
import os
import shutil
import signal
import socket
import subprocess

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)
CORES = sorted(os.sched_getaffinity(0))
PINNED = len(CORES) > 1
"""Whether the servers and what loads them have a core each."""
SERVER_CORE = CORES[0]
LOAD_CORE = CORES[-1]


def child_setup(core, on_our_death=signal.SIGKILL):
    """What a child does before it becomes a program: it moves to its core, and will end when we do."""

    def set_up():
        LIBC.prctl(PR_SET_PDEATHSIG, on_our_death)
        if PINNED:
            os.sched_setaffinity(0, {core})

    return set_up


def pin_ourselves():
    """Moves to the core of the load, away from the server's."""
    if PINNED:
        os.sched_setaffinity(0, {LOAD_CORE})


def free_port():
    """A port nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def require(program, what_for):
    """Makes sure that a program is there, which its Debian package is named for, and exits with what to do if not."""
    if shutil.which(program):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        for arguments in (["update"], ["install", "-y", program]):
            subprocess.run(["apt-get", "-qq", *arguments], stdout=subprocess.DEVNULL)
    if not shutil.which(program):
        raise SystemExit(f"{program} is missing, {what_for}: install it (Debian: apt-get install {program})")


def describe():
    """The machine in one line, for the head of the report."""
    model = "unknown processor"
    with open("/proc/cpuinfo") as cpuinfo:
        for line in cpuinfo:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    pinned = f"server on core {SERVER_CORE}, load on core {LOAD_CORE}" if PINNED else "nothing pinned: one core only"
    load = ", ".join(f"{figure:.1f}" for figure in os.getloadavg())
    return f"{model}, {len(CORES)} cores ({pinned}), load average {load}"
