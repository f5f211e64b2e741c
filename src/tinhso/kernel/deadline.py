"""Work on what strangers hand in, ended when it takes too long.

Python cannot stop a thread; it can have one raise an exception at its next step. That ends any loop of Python code, which is
where parsers written in Python spend their time on hostile input, without the cost of a process for every file.
"""

import ctypes
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, TypeVar

T = TypeVar("T")


class TooSlow(Exception):
    """The work was ended."""


class _Stop(BaseException):
    """Not an Exception, so that the work's own handlers do not take it for an error of theirs."""


def within(seconds: float, work: Callable[..., T], *given: Any) -> T:
    """What `work` returns, called in a thread of its own in this context.

    Raises:
        TooSlow: it took longer than `seconds`.
    """
    thread: Future[int] = Future()

    def run() -> T:
        thread.set_result(threading.get_ident())
        return work(*given)

    with ThreadPoolExecutor(1) as worker:
        running = worker.submit(copy_context().run, run)
        try:
            return running.result(seconds)
        except TimeoutError:
            if not running.done():
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.result()), ctypes.py_object(_Stop))
            try:
                return running.result()  # it may have been done at this very moment
            except _Stop:
                raise TooSlow(f"more than {seconds} s") from None
