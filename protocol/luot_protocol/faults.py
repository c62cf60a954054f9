"""What can be wrong with a reader, as a number on the wire and a word everywhere else; the word begins with the part.

A part has one fault at a time, or none. What each means to the person at the reader stands in the reader's firmware;
KEY_WRONG is said by the office, since a reader with a wrong key only hears silence.
"""

CHIP_ABSENT = 1
CHIP_UNKNOWN = 2
CHIP_ASLEEP = 3
CHIP_UNSTABLE = 4
CHIP_FAILED = 5

FLASH_FULL = 10
FLASH_FAILING = 11

BROKER_UNREACHABLE = 20
BROKER_REFUSES = 21
BROKER_FORBIDS = 22
BROKER_SILENT = 23
BROKER_MALFORMED = 24

OFFICE_SILENT = 30
OFFICE_UNVERIFIED = 31

CARD_RANDOM_UID = 40
CARD_SEVERAL = 41
CARD_LEFT = 42
CARD_UNREADABLE = 43

CLOCK_JUMPED = 50

KEY_WRONG = 60

NAMES = {
    CHIP_ABSENT: "chip.absent",
    CHIP_UNKNOWN: "chip.unknown",
    CHIP_ASLEEP: "chip.asleep",
    CHIP_UNSTABLE: "chip.unstable",
    CHIP_FAILED: "chip.failed",
    FLASH_FULL: "flash.full",
    FLASH_FAILING: "flash.failing",
    BROKER_UNREACHABLE: "broker.unreachable",
    BROKER_REFUSES: "broker.refuses",
    BROKER_FORBIDS: "broker.forbids",
    BROKER_SILENT: "broker.silent",
    BROKER_MALFORMED: "broker.malformed",
    OFFICE_SILENT: "office.silent",
    OFFICE_UNVERIFIED: "office.unverified",
    CARD_RANDOM_UID: "card.random_uid",
    CARD_SEVERAL: "card.several",
    CARD_LEFT: "card.left",
    CARD_UNREADABLE: "card.unreadable",
    CLOCK_JUMPED: "clock.jumped",
    KEY_WRONG: "key.wrong",
}


def name(fault):
    """The word for `fault`; one of a newer reader is named by its number."""
    return NAMES.get(fault, "fault." + str(fault))


def number(word):
    """The fault of that word; CHIP_FAILED for one that is none, since only drivers make up words."""
    for fault, known in NAMES.items():
        if known == word:
            return fault
    return CHIP_FAILED
