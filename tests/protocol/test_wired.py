"""Lines on a serial port: found among anything else that is printed there, and nothing else is taken for one."""

import random

import pytest

from luot_protocol import wired
from luot_protocol.errors import ProtocolError

FRAME = bytes(range(200))
PRINTS = (
    b"",
    b"ready\r\n",
    b">>> ",
    b"Traceback (most recent call last):\n  \xff",
    b"#luot",
    b"#luot1:",
    b"\r",
    b"\0" * 9,
)


def fed(data: bytes, size: int, kinds: bytes = wired.ALL_UP) -> tuple[list[tuple[bytes, bytes]], int]:
    """What is found when it comes in pieces of this size, and how many lines were damaged."""
    lines = wired.Lines(kinds)
    found = [one for at in range(0, len(data), size) for one in lines.feed(data[at : at + size])]
    return found, lines.damaged


@pytest.mark.parametrize("size", [1, 7, 64, 100_000])
def test_lines_among_prints(size: int) -> None:
    """Whole lines are found in order, in pieces of any size, after whatever was printed without an end of line."""
    data, wanted = b"", []
    for length in (0, 1, 57, 200):
        for said in PRINTS:
            data += said + wired.line(wired.UP, FRAME[:length])
            wanted.append((wired.UP, FRAME[:length]))
    assert (wanted, data.count(b"#luot1:") - len(wanted)) == fed(data, size)


def test_a_line_is_a_printable_comment() -> None:
    """For MicroPython's prompt it does nothing, and no byte of it is one that a terminal or a REPL obeys."""
    for kind in map(chr, wired.ALL_UP + wired.ALL_DOWN):
        line = wired.line(kind.encode(), FRAME)
        assert (b"#", b"\r\n") == (line[:1], line[-2:])
        assert line[:-2].decode().isprintable()
        assert line.isascii()


def test_cut_and_changed_lines() -> None:
    """Cut anywhere, also by the next line, or with any one byte changed, it is not taken; the next one is."""
    line, after = wired.line(wired.UP, FRAME[:50]), wired.hello("demo", "entry-1")
    good = (wired.HELLO, b"demo/entry-1")
    for at in range(len(line) - 2):
        for said in (line[:at], line[:at] + b"\n", line[:at] + line[at + 1 :]):
            assert good in (found := fed(said + after, 64)[0])
            assert (wired.UP, FRAME[:50]) not in found, at
        changed = line[:at] + bytes((line[at] ^ 0x20,)) + line[at + 1 :]
        assert [good] == fed(changed + after, 64)[0], at


def test_its_own_echo_is_no_answer() -> None:
    """What goes down and comes back, from a prompt that echoes, is passed over and is not damaged."""
    echo = b"".join(b">>> " + wired.line(kind.encode()) for kind in map(chr, wired.ALL_DOWN))
    assert ([], 0) == fed(echo, 3)
    assert 3 == len(fed(echo, 3, wired.ALL_DOWN)[0])


def test_noise_is_never_believed_and_never_kept() -> None:
    """200,000 random bytes, and as many of a line's own letters, give no line and leave no more than one in memory."""
    script = random.Random(5)
    letters = b"#luot1:FH0123456789abcdef\r\n"
    for noise in (script.randbytes(200_000), bytes(script.choices(letters, k=200_000)), b"#luot1:F" + b"0" * 200_000):
        lines = wired.Lines(wired.ALL_UP)
        for at in range(0, len(noise), 1000):
            assert [] == lines.feed(noise[at : at + 1000])
            assert len(lines._rest) < 420
        assert [(wired.UP, FRAME)] == lines.feed(b"\n" + wired.line(wired.UP, FRAME))


def test_lines_survive_noise_around_them() -> None:
    """Between any noise that ends before it, every line is found, and in its order."""
    script = random.Random(6)
    data, wanted = b"", []
    for _ in range(200):
        body = script.randbytes(script.randrange(201))
        data += script.randbytes(script.randrange(500)) + wired.line(wired.UP, body)
        wanted.append((wired.UP, body))
    assert wanted == fed(data, 997)[0]


def test_what_is_too_long_is_not_written() -> None:
    """A body is at most a frame."""
    with pytest.raises(ProtocolError, match=r"wired\.size"):
        wired.line(wired.UP, bytes(201))


@pytest.mark.parametrize(
    "body", [b"", b"demo", b"demo/", b"/entry-1", b"a/b/c", b"Demo/entry-1", b"demo/\xff", b"a/b\n"]
)
def test_a_hello_names_two_ids(body: bytes) -> None:
    """A site and a link, as topics have them; nothing else is read."""
    assert ("demo", "entry-1") == wired.read_hello(b"demo/entry-1")
    with pytest.raises(ProtocolError, match=r"wired\.hello"):
        wired.read_hello(body)
