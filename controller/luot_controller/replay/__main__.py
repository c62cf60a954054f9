"""Measures the engine and prints one line of JSON: what a command costs, what a line weighs, how good estimates are.

python -m luot_controller.replay cost MOST ROUNDS       microseconds a command, with 100 and with MOST in line
python -m luot_controller.replay weight WAITING         MiB of memory in all, of a process with such a line
python -m luot_controller.replay naive-weight WAITING   the same, of a list of dictionaries
python -m luot_controller.replay accuracy DAYS SEED     errors in minutes, on a large site and on a small one
"""

import json
import resource
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from luot_controller.replay.accuracy import accuracy
from luot_controller.replay.cost import COMMANDS, Crowd, NaiveCrowd
from luot_controller.replay.invented import Office

FEW = 100
REPEATS = 15
NAIVE_ROUNDS = 3

LARGE = Office(per_day=250, desks=6, mean_min=9)
SMALL = Office(per_day=60, desks=2, mean_min=10)


def cost(most: int, rounds: int) -> dict[str, dict[int, float]]:
    """Microseconds of CPU a command, of the engine and of the naive line.

    Lines take turns, and of each the median of the quickest third counts: what disturbs a measurement only adds to it.
    """
    crowds = {waiting: Crowd(waiting) for waiting in (FEW, most // 10, most)}
    naive = {waiting: NaiveCrowd(waiting) for waiting in (FEW, most // 10, most)}
    return {"luot": _quickest(crowds, rounds, REPEATS), "naive": _quickest(naive, NAIVE_ROUNDS, 3)}


def weight(waiting: int) -> dict[str, float]:
    """The most memory that this process had: Python, the engine, and so many people in line."""
    crowd = Crowd(waiting)
    crowd.go_on(1000)
    return {"luot": _peak_mib(), "waiting": crowd.waiting}


def naive_weight(waiting: int) -> dict[str, float]:
    """The same of a list of dictionaries."""
    crowd = NaiveCrowd(waiting)
    crowd.go_on(1)
    return {"naive": _peak_mib()}


def both_sites(days: int, seed: int) -> dict[str, object]:
    """A large site, and a small one for thrice as many days, so that both have as many people."""
    return {"large": asdict(accuracy(LARGE, days, seed)), "small": asdict(accuracy(SMALL, 3 * days, seed))}


def main(arguments: Sequence[str]) -> None:
    """Measure what the first word names, with the numbers that follow it."""
    match arguments:
        case ["cost", most, rounds] if _numbers(most, rounds):
            found: object = cost(int(most), int(rounds))
        case ["weight", waiting] if _numbers(waiting):
            found = weight(int(waiting))
        case ["naive-weight", waiting] if _numbers(waiting):
            found = naive_weight(int(waiting))
        case ["accuracy", days, seed] if _numbers(days, seed):
            found = both_sites(int(days), int(seed))
        case _:
            raise SystemExit(__doc__)
    print(json.dumps(found))


def _numbers(*words: str) -> bool:
    return all(word.isdecimal() for word in words)


def _quickest(crowds: "dict[int, Crowd] | dict[int, NaiveCrowd]", rounds: int, repeats: int) -> dict[int, float]:
    found: dict[int, list[float]] = {waiting: [] for waiting in crowds}
    for crowd in crowds.values():
        crowd.go_on(min(rounds, 200))
    for _ in range(repeats):
        for waiting, crowd in crowds.items():
            began = time.process_time()
            crowd.go_on(rounds)
            found[waiting].append((time.process_time() - began) / rounds / COMMANDS * 1e6)
    return {waiting: statistics.median(sorted(times)[: max(1, repeats // 3)]) for waiting, times in found.items()}


def _peak_mib() -> float:
    try:
        # Not ru_maxrss, in which Linux counts what the program that started this one held at the fork.
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    main(sys.argv[1:])
