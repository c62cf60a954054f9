"""luot_tools.sim.child: a child is heard, ends when it is told to or when we end, and is then really gone."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from processes import running, until

from luot_controller.errors import LuotError
from luot_tools.sim import child
from luot_tools.sim.child import Child, luot


def python(name: str, program: str, **options: object) -> Child:
    """A child that runs this program."""
    return Child(name, sys.executable, "-I", "-S", "-c", program, **options)  # type: ignore[arg-type]


def test_its_last_words_explain_its_end() -> None:
    """The error names the program, the code and what it said, the unfinished last line too."""

    async def play() -> None:
        heard: list[str] = []
        reader = python(
            "the reader",
            "import sys; print('hm'); sys.stderr.write(chr(10).join(map(str, range(9))) + chr(10) + 'no'); sys.exit(3)",
            hear=heard.append,
        )
        await reader.start()
        assert 3 == await reader.wait()
        error = reader.ended(3)
        assert "the reader has ended with exit code 3" == error.subject
        assert "Its last words: 2\n3\n4\n5\n6\n7\n8\nno" == error.hint
        assert [*map(str, range(9)), "no"] == heard

    asyncio.run(play())


def test_a_killed_child_has_no_time_for_anything() -> None:
    """SIGKILL, which a program cannot put off; it can be started again."""

    async def play() -> None:
        stubborn = python("the office", "import signal; signal.signal(15, signal.SIG_IGN); signal.pause()")
        for _ in range(2):
            await stubborn.start()
            await stubborn.kill()
            assert -signal.SIGKILL == await stubborn.wait()

    asyncio.run(play())


def test_a_program_that_is_not_there_says_so() -> None:
    """No traceback of ours: exit code 127 and its name."""

    async def play() -> None:
        missing = Child("the reader", "/nowhere/micropython")
        await missing.start()
        assert 127 == await missing.wait()
        assert "/nowhere/micropython: No such file or directory" in missing.ended(127).hint

    asyncio.run(play())


def test_it_can_be_started_again() -> None:
    """As a reader is that died; what it said before is forgotten."""

    async def play() -> None:
        one = python("one", "import sys; sys.exit('x')")
        for _ in range(2):
            await one.start()
            assert 1 == await one.wait()
            assert "Its last words: x" == one.ended(1).hint

    asyncio.run(play())


def test_a_stubborn_one_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    """SIGTERM first; SIGKILL for whoever does not listen. Stopping twice, or what never ran, does no harm."""
    monkeypatch.setattr(child, "STOP_WITHIN_S", 0.2)

    async def play() -> None:
        deaf = asyncio.Event()
        stubborn = python(
            "stubborn",
            "import signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
            "print('deaf', file=sys.stderr, flush=True); time.sleep(60)",
            hear=lambda _line: deaf.set(),
        )
        await stubborn.stop()
        await stubborn.start()
        await deaf.wait()
        await stubborn.stop()
        assert -signal.SIGKILL == await stubborn.wait()
        await stubborn.stop()

    asyncio.run(play())


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties a child to its parent's death")
def test_it_dies_with_us(tmp_path: Path) -> None:
    """Killed with -9, we leave nothing behind."""
    mark = f"mark-{tmp_path.name}-{tmp_path.parent.name}"
    program = (
        "import asyncio, sys\n"
        "from luot_tools.sim.child import Child\n"
        "async def play():\n"
        f"    await Child('x', sys.executable, '-c', 'import time; time.sleep(60)', '{mark}').start()\n"
        "    print('started', flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(play())\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    with parent.stdout:
        assert b"started\n" == parent.stdout.readline()
        others = set(running(mark)) - {parent.pid}
        assert 1 == len(others)
        parent.kill()
        parent.wait(10)
    until(lambda: not running(mark), "the child to die")


def test_a_luot_command_gives_its_output_or_its_error(tmp_path: Path) -> None:
    """What it prints; and when it fails, its own words, which say what to do next."""
    assert "0.1" in asyncio.run(luot("--version"))
    with pytest.raises(LuotError, match=r"luot card failed\n(.|\n)*holds no office"):
        asyncio.run(luot("card", "list", "--data", str(tmp_path)))
