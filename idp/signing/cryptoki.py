"""Loading a PKCS#11 module and starting it for several threads (PKCS#11 3.0 section 5.4).

python-pkcs11 starts a module without arguments, which promises that one thread alone calls it, and
then lets threads call it side by side. Here the module is told to lock, and one that cannot is
served by one session at a time. A module is loaded once for each process.
"""

import ctypes
from pathlib import Path
from typing import Any

from pkcs11 import _pkcs11
from pkcs11.exceptions import PKCS11Error

_OK = 0x000
_CANT_LOCK = 0x00A
_ALREADY_INITIALIZED = 0x191
_OS_LOCKING = 0x2


class _Arguments(ctypes.Structure):
    _fields_ = (("mutexes", ctypes.c_void_p * 4), ("flags", ctypes.c_ulong), ("reserved", ctypes.c_void_p))


class _Functions(ctypes.Structure):
    """The head of CK_FUNCTION_LIST: the two functions that python-pkcs11 would call its own way."""

    _fields_ = (
        ("version", ctypes.c_ubyte * 2),
        ("initialize", ctypes.CFUNCTYPE(ctypes.c_ulong, ctypes.c_void_p)),
        ("finalize", ctypes.CFUNCTYPE(ctypes.c_ulong, ctypes.c_void_p)),
    )


class Module:
    """A PKCS#11 module in this process; `library` reads slots and tokens once it was started."""

    def __init__(self, path: str) -> None:
        self._functions = _functions(path)
        # Whoever loaded it before us in this process has to let go first.
        self._functions.finalize(None)
        self.library = _pkcs11.lib(path)
        self.library.finalize()
        self.locks = True

    def start(self) -> None:
        """Start the module, or start it anew: every session and login of this process is gone then.

        Also for a child after a fork, which may use nothing of its parent's. Raises `PKCS11Error`.
        """
        result = self._initialize()
        if result == _ALREADY_INITIALIZED:
            self.stop()
            result = self._initialize()
        if result != _OK:
            raise PKCS11Error(f"C_Initialize: {result:#x}")

    def stop(self) -> None:
        """End every session and login of this process."""
        self._functions.finalize(None)

    def _initialize(self) -> int:
        arguments = _Arguments(flags=_OS_LOCKING)
        result = int(self._functions.initialize(ctypes.addressof(arguments)))
        self.locks = result != _CANT_LOCK
        return result if self.locks else int(self._functions.initialize(None))


def _functions(path: str) -> Any:
    if not Path(path).is_absolute():
        raise PKCS11Error("the module's path must be absolute")
    try:
        entry = ctypes.CDLL(path).C_GetFunctionList
    except (OSError, AttributeError) as error:
        raise PKCS11Error("the module cannot be loaded") from error
    found = ctypes.POINTER(_Functions)()
    if entry(ctypes.byref(found)) != _OK:
        raise PKCS11Error("the module names no functions")
    return found.contents
