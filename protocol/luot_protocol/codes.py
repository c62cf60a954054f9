"""What a receipt says, as a number on the wire and a word everywhere else.

Answers are below 64; from 64 on they are refusals: the tap is settled and frees the outbox, and changed nothing.
"""

OPENED = 1
WAITING = 2
YOUR_TURN = 3
BEING_SERVED = 4
BACK_IN_LINE = 5
THANK_YOU = 6
STARTED = 7
OTHER_DESK = 8
NOT_IN_LINE = 9
HELD = 10
IN_TRAY = 11
CANCELLED = 12
LEAVING = 13
RATED = 14
ENROLLED = 15
ALREADY_ENROLLED = 16

UNKNOWN_CARD = 64
TOO_OLD = 65
UNKNOWN_BUTTON = 66
CLOSED = 67
DAY_OVER = 68
BLOCKED_CARD = 69
CARD_IN_USE = 70
MALFORMED = 90

NAMES = {
    OPENED: "opened",
    WAITING: "waiting",
    YOUR_TURN: "your_turn",
    BEING_SERVED: "being_served",
    BACK_IN_LINE: "back_in_line",
    THANK_YOU: "thank_you",
    STARTED: "started",
    OTHER_DESK: "other_desk",
    NOT_IN_LINE: "not_in_line",
    HELD: "held",
    IN_TRAY: "in_tray",
    CANCELLED: "cancelled",
    LEAVING: "leaving",
    RATED: "rated",
    ENROLLED: "enrolled",
    ALREADY_ENROLLED: "already_enrolled",
    UNKNOWN_CARD: "unknown_card",
    TOO_OLD: "too_old",
    UNKNOWN_BUTTON: "unknown_button",
    CLOSED: "closed",
    DAY_OVER: "day_over",
    BLOCKED_CARD: "blocked_card",
    CARD_IN_USE: "card_in_use",
    MALFORMED: "malformed",
}


def is_refusal(code):
    """True for codes that settle a tap without effect."""
    return code >= 64


def name(code):
    """The word for `code`; an unknown code, from a newer controller, is named by its number."""
    return NAMES.get(code, "code_" + str(code))
