"""A program of its own: it gives up, for good, everything but what it is told to keep, and becomes the tool.

It is run as a file, without the rest of this service, because a worker has threads: between its fork and its exec
hardly anything may be done. Here there is one thread, and time for the whole list.

    confine.py run=/usr read=/job/original write=/job/out seccomp=5 rlimit=9:536870912 … -- ffmpeg …

Sources: Linux, `Documentation/userspace-api/landlock.rst`, `include/uapi/linux/{landlock,prctl,seccomp,capability}.h`.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import resource
import struct
import sys

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
REMOVE_FILE, MAKE_FILE, TRUNCATE = 1 << 5, 1 << 8, 1 << 14

EVERY_RIGHT = (1 << 15) - 1
"""All that Landlock guards in its third version: what is not given below is refused."""

RIGHTS = {
    "run": EXECUTE | READ_FILE | READ_DIR,
    "read": READ_FILE,
    "device": READ_FILE | WRITE_FILE,
    "write": READ_FILE | READ_DIR | WRITE_FILE | MAKE_FILE | REMOVE_FILE | TRUNCATE,
}
"""What each kind of place may be used for. `run` and `write` are folders, `read` and `device` files."""

LEAST_VERSION = 3
"""Linux 6.2. Before it Landlock let through what cuts a file short."""

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
"""System calls, the same on every architecture."""

ASK_VERSION, PATH_RULE = 1, 1
SET_SECCOMP, DROP_BOUNDING_CAPABILITY, NO_NEW_PRIVILEGES, FILTER = 22, 24, 38, 2
CAPABILITIES_VERSION = 0x20080522
MAX_CAPABILITIES = 64

ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "MALLOC_ARENA_MAX": "2"}

libc = ctypes.CDLL(None, use_errno=True)


def main(words: list[str]) -> None:
    """Do as the *words* before `--` say and become the tool they are followed by."""
    split = words.index("--")
    orders = [tuple(word.split("=", 1)) for word in words[:split]]
    seccomp_filter = b"".join(take_filter(int(value)) for kind, value in orders if kind == "seccomp")
    ruleset = made_ruleset([(kind, value) for kind, value in orders if kind in RIGHTS])
    for value in (value for kind, value in orders if kind == "rlimit"):
        which, limit = map(int, value.split(":"))
        resource.setrlimit(which, (limit, limit))
    for value in (value for kind, value in orders if kind == "chdir"):
        os.chdir(value)
    require(libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0), "no new privileges")
    drop_capabilities()
    require(libc.syscall(RESTRICT_SELF, ruleset, 0), "landlock")
    install(seccomp_filter)
    become(words[split + 1 :])


def take_filter(fd: int) -> bytes:
    """Return the filter that waits at *fd*, and close it: the tool inherits nothing."""
    with os.fdopen(fd, "rb") as file:
        return file.read()


def made_ruleset(places: list[tuple[str, str]]) -> int:
    """Return Landlock's rules, under which the *places* may be used and nothing else."""
    if libc.syscall(CREATE_RULESET, None, 0, ASK_VERSION) < LEAST_VERSION:
        raise OSError(0, f"this kernel has no Landlock of version {LEAST_VERSION}")
    handled = struct.pack("=Q", EVERY_RIGHT)
    ruleset = int(require(libc.syscall(CREATE_RULESET, handled, len(handled), 0), "landlock"))
    for kind, path in places:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        rule = struct.pack("=Qi", RIGHTS[kind], place)
        require(libc.syscall(ADD_RULE, ruleset, PATH_RULE, rule, 0), path)
        os.close(place)
    return ruleset


def drop_capabilities() -> None:
    """Give up what root may do, where we are root, so that the tool cannot have it either."""
    for capability in range(MAX_CAPABILITIES):
        # Refused to those who have none, and for numbers that this kernel does not know.
        libc.prctl(DROP_BOUNDING_CAPABILITY, capability, 0, 0, 0)
    nobody = struct.pack("=Ii", CAPABILITIES_VERSION, 0)
    require(libc.capset(nobody, struct.pack("=6I", *[0] * 6)), "capabilities")


def install(seccomp_filter: bytes) -> None:
    """Have the kernel look at every system call from here on."""
    program = ctypes.create_string_buffer(seccomp_filter, len(seccomp_filter))
    # `struct sock_fprog`: the number of its eight-byte instructions and where they are.
    described = struct.pack("@HP", len(seccomp_filter) // 8, ctypes.addressof(program))
    require(libc.prctl(SET_SECCOMP, FILTER, described, 0, 0), "seccomp")


def become(argv: list[str]) -> None:
    """Run *argv* in place of this program.

    `os.execvpe` would import modules that can be read no more.
    """
    for folder in ENVIRONMENT["PATH"].split(":"):
        with contextlib.suppress(FileNotFoundError):
            # A program that is named by its whole path is looked for there alone, as `execvp` does.
            os.execve(os.path.join(folder, argv[0]), argv, ENVIRONMENT)  # noqa: PTH118, S606 - it is its purpose
    raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), argv[0])


def require(result: int, what: str) -> int:
    """Return the *result* of a system call.

    Raises:
        OSError: The kernel refused.
    """
    if result < 0:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")
    return result


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except OSError as error:
        sys.exit(f"confine: {error.strerror} {error.filename or ''}")
