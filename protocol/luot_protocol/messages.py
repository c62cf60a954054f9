"""The JSON messages, field by field: the one place that says what each holds.

Times are office milliseconds (`at_ms`, `rank_ms`), waits are minutes (`lo_min`, `hi_min`; no `hi_min` means longer
than is shown). Unknown fields are ignored, so a newer sender does not break an older screen.
"""

from luot_protocol.errors import ProtocolError

MAX_INT = (1 << 53) - 1
"""The largest number, either way, that every JSON reader keeps exactly (RFC 8259, section 6)."""

MAX_TEXT_CHARS = 256
"""The longest text field: what is published must not grow with what somebody sends."""

LARGEST_NUMBER = 9999
"""Of a card or a visit: four digits are what a board shows from afar."""

_TYPES = {"flag": bool, "list": list, "map": dict}


class Field:
    """One field: its name, kind (int, text, flag, list, map, number), what it means, and whether it may be left out."""

    __slots__ = ("doc", "kind", "name", "optional", "values")

    def __init__(self, name, kind, doc, optional=False, values=None):
        self.name = name
        self.kind = kind
        self.doc = doc
        self.optional = optional
        self.values = values


class Message:
    """A named set of fields."""

    __slots__ = ("doc", "fields", "name")

    def __init__(self, name, doc, *fields):
        self.name = name
        self.doc = doc
        self.fields = fields

    def check(self, data):
        """Return `data` when it is a map with this message's fields; else a ProtocolError that names the field."""
        if not isinstance(data, dict):
            raise ProtocolError("message.shape", self.name + " is not a map")
        for field in self.fields:
            value = data.get(field.name)
            if value is None:
                if not field.optional:
                    raise ProtocolError("message.missing", self.name + "." + field.name)
            elif not _is_kind(field.kind, value):
                raise ProtocolError("message.kind", self.name + "." + field.name + " is not " + field.kind)
            elif field.values and value not in field.values:
                known = ", ".join(field.values)
                raise ProtocolError("message.value", self.name + "." + field.name + " is none of " + known)
        return data


def _is_kind(kind, value):
    if kind in _TYPES:
        return isinstance(value, _TYPES[kind])
    if kind == "text":
        return isinstance(value, str) and len(value) <= MAX_TEXT_CHARS
    if isinstance(value, bool):
        return False  # an int, to CPython
    if kind == "number" and isinstance(value, float):
        return -MAX_INT <= value <= MAX_INT  # NaN, which some readers of JSON let in, is not
    return isinstance(value, int) and -MAX_INT <= value <= MAX_INT


_EPOCH = Field("epoch", "int", "raised when the ledger was restored; a lower one is ignored")
_VERSION = Field("version", "int", "the ledger's event this speaks of; within an epoch an older one is ignored")
_ID = Field("id", "text", "chosen by the sender, unique; a repeated one gets the same answer and is done once")
_OK = Field("ok", "flag", "whether it was done")
_CODE = Field("code", "text", "why not, as a stable word", optional=True)

OFFICE = Message(
    "office",
    "The controller's pulse, every two seconds and at each change of state; its last will says `lost`.",
    Field("state", "text", "open: taps and commands are taken", values=("open", "stopped", "lost")),
    Field("epoch", "int", "see board", optional=True),
    Field("at_ms", "int", "office time", optional=True),
    Field("speed", "number", "office seconds per second; 1 in a real office", optional=True),
    Field("waiting", "int", "people in line, all services", optional=True),
    Field(
        "day", "text", "whether visits are opened and called; left out: open", optional=True, values=("open", "closed")
    ),
    Field("missed", "int", "no-shows who have not come back", optional=True),
    Field("missed_head", "list", "the numbers of the latest eight of them, latest first", optional=True),
    Field("cards_out", "int", "cards that were not given back", optional=True),
    Field("closing_ms", "int", "when the opening hours close the day; left out where they do not", optional=True),
    Field("counters", "map", "counts since the start: taps, refusals and bad frames by their code", optional=True),
)
SITE = Message(
    "site",
    "What the screens must know of the site; changes when the site file does.",
    Field("name", "text", "the site's name"),
    Field("language", "text", "of the hall: vi or en"),
    Field("services", "list", "maps of id, name and target_min, the minutes of waiting to stay below"),
    Field("desks", "list", "maps of id and services (list of ids)"),
    Field("classes", "list", "maps of id, name and head_start_ms"),
    Field(
        "rules",
        "map",
        "next_finishes (flag), recalls_before_no_show, no_show_pause_ms, and day_end: by state, what a close does",
        optional=True,
    ),
)
BOARD = Message(
    "board",
    "What the hall sees.",
    _EPOCH,
    _VERSION,
    Field("calls", "list", "newest first, at most 8: maps of number, desk, at_ms and state (called or serving)"),
    Field("waiting", "int", "people in line, all services"),
)
SERVICE = Message(
    "service",
    "The line of one service.",
    _EPOCH,
    _VERSION,
    Field("waiting", "int", "people in it"),
    Field("head", "list", "the first five by key: maps of number, class, rank_ms"),
    Field("lo_min", "int", "a person who taps now waits at least", optional=True),
    Field("hi_min", "int", "and at most", optional=True),
    Field("closes_first", "flag", "the office may close before that person is served", optional=True),
)
DESK = Message(
    "desk",
    "One desk; `version` is what a command to it must expect.",
    _EPOCH,
    _VERSION,
    Field("state", "text", "of the desk", values=("free", "called", "serving")),
    Field("number", "int", "the card called or served", optional=True),
    Field("visit", "int", "its visit", optional=True),
    Field("service", "text", "the visit's", optional=True),
    Field("class", "text", "the visit's", optional=True),
    Field("since_ms", "int", "when this state began", optional=True),
    Field("recalls", "int", "times called again", optional=True),
    Field("called_ms", "int", "while called: when the number was last called or recalled", optional=True),
    Field("reason", "text", "why this one was called: a reason code", optional=True),
    Field("over", "int", "the number that had waited longer, where there was one", optional=True),
    Field("held", "list", "the numbers that this desk holds, oldest first, at most 8", optional=True),
    Field("undo", "flag", "whether its last command can be taken back", optional=True),
    Field("duty", "text", "whether it calls; left out: open", optional=True, values=("open", "paused", "closed")),
    Field("why", "text", "why it is paused", optional=True),
    Field("leaving", "flag", "the citizen has given the card back", optional=True),
    Field("then", "list", "the services that this visit still needs after this one", optional=True),
    Field("own", "int", "people who wait for this desk alone", optional=True),
)
CARD = Message(
    "card",
    "Where the visit of a card stands; gone (an empty message) once it is over.",
    _EPOCH,
    _VERSION,
    Field("state", "text", "of the visit", values=("waiting", "called", "serving", "held", "missed")),
    Field("desk", "text", "where it was called", optional=True),
)
READER = Message(
    "reader",
    "How a reader is, as far as the office has heard; changes when what it says of itself does, at most once a minute.",
    Field("role", "text", "what it is for"),
    Field("key", "flag", "whether the office has a key for it; it has none before it is set up", optional=True),
    Field("link", "text", "of its link: ready, sleeping or lost", optional=True),
    Field("last_seen_ms", "int", "when a frame of it was last verified", optional=True),
    Field("depth", "int", "taps that it still keeps", optional=True),
    Field("faults", "list", "words, the most important first, such as chip.absent; empty: none", optional=True),
    Field("health", "map", "its last report, see the signed frame health", optional=True),
    Field("alerts", "list", "words of the alerts about it that are raised, see alert; left out: none", optional=True),
    Field("enrols", "int", "while it enrols cards: the number that the next one gets; 0 while paused", optional=True),
)
ALERT = Message(
    "alert",
    "Something about a reader needs a technician, or no longer does: raised once and cleared once. What is raised "
    "stands in the reader's own topic too. An office that opens anew raises again what still holds, so forget what was "
    "raised when the topic office says that it is stopped or lost.",
    Field("reader", "text", "its id"),
    Field("alert", "text", "reader.silent, outbox.growing, battery.low, or a fault such as chip.absent or key.wrong"),
    Field("state", "text", "whether it begins or ends", values=("raised", "cleared")),
    Field("at_ms", "int", "when"),
    Field("since_ms", "int", "when it was raised"),
)
EVENT = Message(
    "event",
    "One entry of the ledger, in order; `id` tells a repeated one, and a gap in it that some must be asked for.",
    Field("id", "int", "number of the event; rises by one"),
    Field("at_ms", "int", "office time"),
    Field("kind", "text", "past tense, such as VisitCalled; its other fields stand beside these"),
)
COMMANDS = (
    "CallNext",
    "CallVisit",
    "Recall",
    "Start",
    "Finish",
    "NoShow",
    "Hold",
    "Resume",
    "Transfer",
    "Undo",
    "OpenVisit",
    "CancelVisit",
    "ReturnVisit",
    "OpenDesk",
    "PauseDesk",
    "CloseDesk",
    "OpenDay",
    "CloseDay",
    "BlockCard",
    "UnblockCard",
    "ReplaceCard",
    "RetireCard",
    "EnrolCards",
    "EndEnrolment",
    "HandInTaps",
    "ReloadSite",
    "IdentifyReader",
)
COMMAND = Message(
    "command",
    "A clerk's key, or what a supervisor or an integrator says; docs/states.md has what each does and when.",
    _ID,
    Field("command", "text", "imperative", values=COMMANDS),
    Field("desk", "text", "the desk it is for, where it is for one", optional=True),
    Field(
        "number",
        "int",
        "for what is said of one visit or card; for EnrolCards: the first, 0: the one after the highest",
        optional=True,
    ),
    Field("service", "text", "for Transfer: into whose line; for OpenVisit: the first wanted", optional=True),
    Field("then", "list", "for Transfer and OpenVisit: the services that follow, in turn", optional=True),
    Field("to_desk", "text", "for Transfer: the one desk that may call the visit", optional=True),
    Field("class", "text", "for OpenVisit: the priority class", optional=True),
    Field(
        "appointed_ms", "int", "for OpenVisit: the appointed time, which ranks if it is still to come", optional=True
    ),
    Field("replacement", "int", "for ReplaceCard: the number of the card that takes over", optional=True),
    Field(
        "reader", "text", "for IdentifyReader, EnrolCards, EndEnrolment and HandInTaps: the reader's id", optional=True
    ),
    Field("for_s", "int", "for EnrolCards: so long the reader enrols, unless it is said again", optional=True),
    Field("paused", "flag", "for EnrolCards: cards get no numbers for now", optional=True),
    Field("kid", "text", "for HandInTaps: the key under which the reader made them, hexadecimal", optional=True),
    Field(
        "taps",
        "list",
        "for HandInTaps: lists of boot, seq, card (hexadecimal), age_ms (null: unknown) and button, in their order",
        optional=True,
    ),
    Field(
        "reason",
        "text",
        "for CallVisit and PauseDesk, on record; CancelVisit, BlockCard and RetireCard may have one",
        optional=True,
    ),
    Field("expects", "int", "the desk's version that the clerk saw; with another one it is refused", optional=True),
    Field("expires_ms", "int", "office time after which it must not be done any more", optional=True),
)
REPLY = Message(
    "reply",
    "The only word that a command was accepted.",
    _ID,
    _OK,
    _CODE,
    Field("detail", "text", "for ReloadSite: what is wrong with the site file", optional=True),
    Field("desk", "map", "the desk as it is now, see message desk", optional=True),
    Field("called", "int", "the number just called, where one was", optional=True),
    Field("number", "int", "for OpenVisit: the visit's number; for EnrolCards: the next card's", optional=True),
    Field("visit", "int", "for OpenVisit: the visit", optional=True),
    Field("ahead", "int", "for OpenVisit: people before it", optional=True),
    Field("lo_min", "int", "for OpenVisit: it waits at least", optional=True),
    Field("hi_min", "int", "and at most", optional=True),
    Field("closes_first", "flag", "for OpenVisit: the office may close before it is served", optional=True),
    Field("closed", "map", "for CloseDay: how many expired, finished, kept, cards_out", optional=True),
    Field(
        "taps",
        "map",
        "for HandInTaps: how many were new, known before, and clashing with another's name",
        optional=True,
    ),
)
ASKS = ("next", "line", "events", "status")
ASK = Message(
    "ask",
    "A question: who would be called next at a desk, a page of a line or of the ledger, or the office in short.",
    _ID,
    Field("ask", "text", "what", values=ASKS),
    Field("desk", "text", "for next, and for line: the line of that desk alone", optional=True),
    Field("service", "text", "for line", optional=True),
    Field("offset", "int", "for line, and for the readers of status: how many to pass over", optional=True),
    Field("after", "int", "for events: the id of the last one known", optional=True),
)
ANSWER = Message(
    "answer",
    "The answer to an ask; `next` and `line` hold people as maps of number, class, service, rank_ms and place.",
    _ID,
    _OK,
    _CODE,
    Field("next", "map", "number, service, class, rank_ms, reason and over; empty when nobody waits", optional=True),
    Field("line", "list", "at most 10 people from offset on", optional=True),
    Field("total", "int", "people in that line; for status: readers of the office", optional=True),
    Field("events", "list", "at most 6 messages EVENT", optional=True),
    Field(
        "status",
        "map",
        "at_ms, speed, waiting, counters, at most 16 readers from offset on, and without an offset services and desks",
        optional=True,
    ),
)
LINK_STATE = Message(
    "link_state",
    "Whether the link can be reached; its last will says `lost`.",
    Field("state", "text", "of the link", values=("ready", "sleeping", "lost")),
)

BY_NAME = {
    message.name: message
    for message in (
        OFFICE,
        SITE,
        BOARD,
        SERVICE,
        DESK,
        CARD,
        READER,
        ALERT,
        EVENT,
        COMMAND,
        REPLY,
        ASK,
        ANSWER,
        LINK_STATE,
    )
}
