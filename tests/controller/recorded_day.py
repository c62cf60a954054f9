"""A day at the line whose facts can be committed: it keeps what the next commit has to write, as the loop does."""

from engine_day import Day

from luot_controller.engine.events import Fact
from luot_controller.service.turn import Turn
from luot_controller.store.port import Batch


class RecordedDay(Day):
    """A day, and everything since its last batch."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.turn = Turn(0)

    def enter(self, fact: Fact) -> None:
        super().enter(fact)
        self.turn.facts.append((self.state.event_id, fact))

    def batch(self, published: int = 0, **replies: bytes) -> Batch:
        """Everything since the last batch."""
        turn, self.turn = self.turn, Turn(0)
        turn.replies.update(replies)
        return turn.batch(self.state, published)
