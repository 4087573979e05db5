"""What is kept in memory and follows the revisions: one query tells whether it is up to date."""

from __future__ import annotations

import atexit
import gc
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import ClassVar

from concord.record.purged import purged_since
from concord.record.selectors import Change, changed_since, register_number
from concord.record.then import Changes

_followers: list[Follower] = []


def forget() -> None:
    """Empty all that follows: for a process that turns to another database."""
    for follower in _followers:
        follower.clear()


def forget_purged() -> None:
    """Empty that, and every cache of a function: for what was removed for good."""
    forget()
    _caches_clear()


def _caches_clear() -> None:
    """Empty every cache of a function of ours: what was read through them may be in their keys."""
    for name, module in list(sys.modules.items()):
        if name.startswith("concord."):
            for value in list(vars(module).values()):
                if callable(clear := getattr(value, "cache_clear", None)):
                    clear()


class Follower:
    """Takes every record once, and after that each record that was revised.

    ``passes`` are kinds of record in the order in which they are taken; None means all others.
    Given ``changes`` it holds those, once and for all, and follows nothing.
    """

    passes: ClassVar[tuple[tuple[str, ...] | None, ...]] = (None,)

    def __init__(self, changes: Changes | None = None) -> None:
        self._lock = threading.RLock()
        self._changes = changes
        self.clear()
        if changes is None:
            _followers.append(self)
        else:
            self._take_passes(changes)
            self.settle()

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self.number = 0
            self.empty()

    def empty(self) -> None:
        """Make everything anew, without records."""
        raise NotImplementedError

    def take(self, change: Change) -> None:
        """Hold ``change`` in place of what was held of the record; it may come twice."""
        raise NotImplementedError

    def settle(self) -> bool:
        """After all changes of a refresh were taken; False where all must be taken anew."""
        return True

    def refresh(self) -> None:
        """Bring it up to the newest revision: one query, and one more for each pass if need be."""
        if self._changes is not None:
            return
        newest = register_number()
        if newest == self.number:
            return
        with self._lock:
            if newest < self.number:  # another database, or one restored from a backup
                self.clear()
            if self.number and purged_since(self.number):  # what was replaced is still held
                self.clear()
                _caches_clear()
            if newest == self.number:  # another thread was quicker
                return
            self._take_changes()
            if not self.settle():
                self.clear()
                self._take_changes()
            self.number = newest

    def _take_changes(self) -> None:
        with _no_collecting() if not self.number else nullcontext():
            self._take_passes(lambda kinds: changed_since(self.number, kinds=kinds))

    def _take_passes(self, changes: Changes) -> None:
        named = {kind for kinds in self.passes if kinds for kind in kinds}
        for kinds in self.passes:
            for change in changes(kinds):
                if kinds or change.kind not in named:
                    self.take(change)


@contextmanager
def _no_collecting() -> Iterator[None]:
    """No search for garbage among what is loaded, neither now nor later.

    The first load makes millions of objects that all stay alive. Looking through them again and
    again was measured to double its time, and that of one page in five afterwards.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        atexit.register(gc.unfreeze)
        if was_on:
            gc.enable()
