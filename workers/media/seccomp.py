"""The only place for the system calls a tool may not make.

bubblewrap hides files and network; this filter adds what namespaces cannot: a tool stays one process, so the limit on
its address space is a limit on everything it can have.
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
    """How one processor's kernel numbers what we care about. Source: Linux, the `unistd.h` of each architecture."""

    audit_id: int
    clone: int
    clone3: int
    refused: dict[str, int]


_MACHINES: Final = {
    "x86_64": _Machine(
        audit_id=0xC000003E,
        clone=56,
        clone3=435,
        refused={
            "socket": 41,
            "fork": 57,
            "vfork": 58,
            "ptrace": 101,
            "mount": 165,
            "add_key": 248,
            "request_key": 249,
            "keyctl": 250,
            "unshare": 272,
            "perf_event_open": 298,
            "setns": 308,
            "process_vm_readv": 310,
            "process_vm_writev": 311,
            "bpf": 321,
            "userfaultfd": 323,
            "io_uring_setup": 425,
        },
    ),
    "aarch64": _Machine(
        audit_id=0xC00000B7,
        clone=220,
        clone3=435,
        refused={
            "mount": 40,
            "unshare": 97,
            "ptrace": 117,
            "socket": 198,
            "add_key": 217,
            "request_key": 218,
            "keyctl": 219,
            "perf_event_open": 241,
            "setns": 268,
            "process_vm_readv": 270,
            "process_vm_writev": 271,
            "bpf": 280,
            "userfaultfd": 282,
            "io_uring_setup": 425,
        },
    ),
}


def one_process_filter() -> bytes:
    """Return a seccomp program under which a tool may start threads but no second process and no socket.

    Raises:
        SandboxUnavailable: We do not know this processor's numbers.
    """
    name = platform.machine()
    machine = _MACHINES.get(name)
    if machine is None:
        raise SandboxUnavailable(f"no system call filter for {name}")
    return b"".join(
        [
            _load(_ARCHITECTURE_AT),
            _unless_equal(machine.audit_id, _KILL),
            _load(_NUMBER_AT),
            _step(_JUMP_IF_AT_LEAST, _X32_CALLS, skip_if_not=1),
            _return(_KILL),
            *(_if_equal(number, _REFUSE | errno.EPERM) for number in machine.refused.values()),
            # Its flags lie behind a pointer where no filter can look; told that it is missing, glibc takes clone.
            _if_equal(machine.clone3, _REFUSE | errno.ENOSYS),
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
