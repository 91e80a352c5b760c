"""The only place for the system calls a tool may not make.

The same filter stands behind both kinds of walls. It adds what namespaces cannot: a tool stays one process, so the
limit on its address space is a limit on everything it can have. And it closes what Landlock leaves open: network, other
processes, the attributes of files.
"""

from __future__ import annotations

import errno
import platform
import struct
from dataclasses import dataclass
from typing import Final

from intake.domain.errors import SandboxUnavailable

_LOAD_WORD: Final = 0x20
_JUMP_IF_EQUAL: Final = 0x15
_JUMP_IF_AT_LEAST: Final = 0x35
_JUMP_IF_ANY_BIT: Final = 0x45
_RETURN: Final = 0x06
"""Instruction codes of classic BPF. Source: Linux, `include/uapi/linux/bpf_common.h`."""

_NUMBER_AT: Final = 0
_ARCHITECTURE_AT: Final = 4
_FIRST_ARGUMENT_AT: Final = 16
"""Offsets in `struct seccomp_data`, low word first. Source: Linux, `include/uapi/linux/seccomp.h`."""

_ALLOW: Final = 0x7FFF0000
_REFUSE: Final = 0x00050000
_KILL: Final = 0x80000000
"""Actions, the error number in the low half of `_REFUSE`. Source: as above."""

_CLONE_THREAD: Final = 0x00010000
_X32_CALLS: Final = 0x40000000
"""Numbers from here on are the x32 ABI's second names for the same calls."""


@dataclass(frozen=True, kw_only=True)
class _Machine:
    """How one processor's kernel numbers what we care about. Source: Linux, the `unistd.h` of each architecture.

    Attributes:
        column: Where its numbers are in `_REFUSED`.
    """

    audit_id: int
    column: int
    clone: int
    prlimit: int


_MACHINES: Final = {
    "x86_64": _Machine(audit_id=0xC000003E, column=0, clone=56, prlimit=302),
    "aarch64": _Machine(audit_id=0xC00000B7, column=1, clone=220, prlimit=261),
}

_CLONE3: Final = 435
"""The same on both, as all numbers from 424 on."""

_REFUSED: Final[dict[str, tuple[int | None, int | None]]] = {
    # Other machines, other processes of this one, and ways to become several.
    "socket": (41, 198),
    "fork": (57, None),
    "vfork": (58, None),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kill": (62, 129),
    "tkill": (200, 130),
    "tgkill": (234, 131),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "pidfd_send_signal": (424, 424),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    # A tool that leaves its group would be missed when the group is ended.
    "setpgid": (109, 154),
    "setsid": (112, 157),
    "setpriority": (141, 140),
    "ioprio_set": (251, 30),
    "sched_setparam": (142, 118),
    "sched_setscheduler": (144, 119),
    "sched_setaffinity": (203, 122),
    "sched_setattr": (314, 274),
    # What a file is, as against what is in it: Landlock does not look at these.
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, None),
    "fchown": (93, 55),
    "lchown": (94, None),
    "fchownat": (260, 54),
    "utime": (132, None),
    "utimes": (235, None),
    "futimesat": (261, None),
    "utimensat": (280, 88),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "setxattrat": (463, 463),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
    "removexattrat": (466, 466),
    # Memory that no limit counts.
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "msgget": (68, 186),
    "semget": (64, 190),
    "mq_open": (240, 180),
    # Parts of the kernel that no tool needs and that have had holes.
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fspick": (433, 433),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "syslog": (103, 116),
}
"""System calls by their numbers on x86_64 and aarch64; None where there is no such call."""


def one_process_filter() -> bytes:
    """Return a seccomp program under which a tool may start threads, but reach nobody and nothing outside its limits.

    Raises:
        SandboxUnavailable: We do not know this processor's numbers.
    """
    name = platform.machine()
    machine = _MACHINES.get(name)
    if machine is None:
        raise SandboxUnavailable(f"no system call filter for {name}")
    refused = [numbers[machine.column] for numbers in _REFUSED.values()]
    return b"".join(
        [
            _load(_ARCHITECTURE_AT),
            _unless_equal(machine.audit_id, _KILL),
            _load(_NUMBER_AT),
            _step(_JUMP_IF_AT_LEAST, _X32_CALLS, skip_if_not=1),
            _return(_KILL),
            *(_if_equal(number, _REFUSE | errno.EPERM) for number in refused if number is not None),
            # Its flags lie behind a pointer where no filter can look; told that it is missing, glibc takes clone.
            _if_equal(_CLONE3, _REFUSE | errno.ENOSYS),
            # Its own limits a tool may read, and lower; process 0 is whoever asks.
            _step(_JUMP_IF_EQUAL, machine.prlimit, skip_if_not=4),
            _load(_FIRST_ARGUMENT_AT),
            _step(_JUMP_IF_EQUAL, 0, skip_if=1),
            _return(_REFUSE | errno.EPERM),
            _return(_ALLOW),
            _step(_JUMP_IF_EQUAL, machine.clone, skip_if_not=3),
            _load(_FIRST_ARGUMENT_AT),
            _step(_JUMP_IF_ANY_BIT, _CLONE_THREAD, skip_if=1),
            _return(_REFUSE | errno.EPERM),
            _return(_ALLOW),
        ]
    )


def _step(code: int, operand: int, *, skip_if: int = 0, skip_if_not: int = 0) -> bytes:
    return struct.pack("=HBBI", code, skip_if, skip_if_not, operand)


def _load(offset: int) -> bytes:
    return _step(_LOAD_WORD, offset)


def _return(action: int) -> bytes:
    return _step(_RETURN, action)


def _if_equal(value: int, action: int) -> bytes:
    return _step(_JUMP_IF_EQUAL, value, skip_if_not=1) + _return(action)


def _unless_equal(value: int, action: int) -> bytes:
    return _step(_JUMP_IF_EQUAL, value, skip_if=1) + _return(action)
