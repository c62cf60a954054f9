"""An office in a process of its own that takes turns as fast as it can, until somebody kills it. Run by test_kill.

Each turn is one commit of five facts; its number of events is printed once the turn is done.
"""

import json
import sys
from pathlib import Path

from clocked_rig import ClockedRig

from luot_protocol import topics
from offices import CARDS, Message

FACTS_A_TURN = 5


def turn(rig: ClockedRig, number: int) -> None:
    """A citizen comes, is called, is served and goes: all in one commit."""
    rig.clock.ms += 180_000
    messages = [Message(topics.build("test", "link_up", "entry-1"), rig.frame(number % CARDS + 1))]
    for command in ("CallNext", "Start", "Finish"):
        rig.seq += 1
        body = {"id": f"{rig.clock.ms}-{rig.seq}", "command": command, "desk": "1"}
        messages.append(Message(topics.build("test", "console_cmd", "desk-1"), json.dumps(body).encode()))
    rig.office.turn(messages)


def main() -> None:
    """Take turns for ever."""
    rig, number = ClockedRig(Path(sys.argv[1])), 0
    while True:
        turn(rig, number)
        number += 1
        print(rig.office._state.event_id, flush=True)


if __name__ == "__main__":
    main()
