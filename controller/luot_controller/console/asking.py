"""When to ask who is next: after each change, one question at a time; knows neither the question nor the answer."""

from collections.abc import Callable

ASK_AFTER_S = 0.1
"""Changes within this are answered by one question; a tap changes two topics, a call three."""
ASK_AGAIN_S = 2.0


class Asking:
    """`after(seconds, call)` calls later on the same thread; `ask()` puts the question, and is false when it cannot."""

    def __init__(self, after: Callable[[float, Callable[[], None]], object], ask: Callable[[], bool]) -> None:
        self._after = after
        self._ask = ask
        self._planned = self._under_way = self._once_more = False

    def plan(self, after_s: float | None = None) -> None:
        """Something has changed: ask soon, or once more when the answer to an older question has come."""
        if self._under_way:
            self._once_more = True
        elif not self._planned:
            self._planned = True
            self._after(ASK_AFTER_S if after_s is None else after_s, self._put)

    def answered(self, failed: bool) -> None:
        """The question that was put has ended; one that `failed` is put again."""
        self._under_way = False
        if failed or self._once_more:
            self.plan(ASK_AGAIN_S if failed else None)

    def _put(self) -> None:
        self._planned = self._once_more = False
        self._under_way = self._ask()
