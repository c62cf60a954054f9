"""How frames share a serial line with whatever else is printed there: one printable line for each. Opens no port.

A line is `#luot1:`, one letter that says what it is, a body and its check as small hex digits, and CR LF. The check is
the first four bytes of SHA-256 over the letter and the body. Only this one spelling is taken, so that noise is never
believed; who wrote it only the signature of a frame can say.

To MicroPython's prompt a line is a comment, without a control character: typed to a board whose program has ended it
does nothing. Its echo is not taken for an answer, for what goes up has capital letters, what comes down small ones.

A reader says HELLO until it hears WELCOME, and again every REPEAT_MS; its frames are for as long as there is an answer.
"""

import hashlib

from luot_protocol import VERSION, form, ids
from luot_protocol.errors import ProtocolError

HELLO = b"H"
"""Up: a reader is here; the body is its site and its link's id with a slash between, text."""
UP = b"F"
"""Up: the body is a frame."""

WELCOME = b"w"
"""Down, to each HELLO: frames are carried to the office's broker; no body."""
CLOSED = b"x"
"""Down: no frame is carried; the body is one byte, the number of the fault, see `faults`."""
DOWN = b"f"
"""Down: the body is a frame."""

ALL_UP, ALL_DOWN = HELLO + UP, WELCOME + CLOSED + DOWN

REPEAT_MS = 3000
"""From one HELLO to the next."""

SILENCE_MS = 10_000
"""Without a line for so long, the other side is taken to be gone."""

MAX_BODY_BYTES = form.MAX_BYTES

MARK = b"#luot" + str(VERSION).encode() + b":"
_CHECK_BYTES = 4
_MAX_LINE_BYTES = len(MARK) + 1 + 2 * (MAX_BODY_BYTES + _CHECK_BYTES) + 2


def line(kind, body=b""):
    """The bytes of one line; a ProtocolError for a body that is too long."""
    if len(body) > MAX_BODY_BYTES:
        raise ProtocolError("wired.size", str(len(body)) + " bytes")
    return MARK + kind + (body + _check(kind, body)).hex().encode() + b"\r\n"


def hello(site, link):
    """The line of a reader that has just come."""
    return line(HELLO, (site + "/" + link).encode())


def read_hello(body):
    """(site, link) of a HELLO's body; a ProtocolError when it holds no two ids."""
    try:
        site, link = body.decode().split("/")
    except ValueError:
        raise ProtocolError("wired.hello", repr(body))
    if not ids.is_id(site) or not ids.is_id(link):
        raise ProtocolError("wired.hello", repr(body))
    return site, link


class Lines:
    """Finds the lines of some kinds, a string of their letters, in what comes; keeps at most one unfinished line.

    damaged: how many began and were not whole.
    """

    def __init__(self, kinds):
        self.damaged = 0
        self._kinds = kinds
        self._rest = b""

    def feed(self, data):
        """(kind, body) of each line that these bytes complete, in order."""
        *ended, rest = (self._rest + data).split(b"\n")
        found = [one for one in map(self._read, ended) if one]
        begun = self._begun(rest)
        if begun is None:
            # The end of it may be the beginning of a mark.
            self._rest = rest[1 - len(MARK) :]
        elif len(begun) < _MAX_LINE_BYTES:
            self._rest = begun
        else:
            self.damaged += 1
            self._rest = b""
        return found

    def _begun(self, text):
        """The last line that begins in `text`, or None. One that a reset has cut off stands before it."""
        at = text.rfind(MARK)
        if at < 0:
            return None
        self.damaged += text[:at].count(MARK)
        return text[at:]

    def _read(self, text):
        """(kind, body) of the line in `text`, or None."""
        text = self._begun(text)
        if text is None:
            return None
        text = text.rstrip(b"\r")
        kind = text[len(MARK) : len(MARK) + 1]
        try:
            body = bytes.fromhex(text[len(MARK) + 1 :].decode())[:-_CHECK_BYTES]
            if kind and line(kind, body) == text + b"\r\n":
                return (kind, body) if kind in self._kinds else None
        except ValueError:
            pass
        self.damaged += 1
        return None


def _check(kind, body):
    return hashlib.sha256(kind + body).digest()[:_CHECK_BYTES]
