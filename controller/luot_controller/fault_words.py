"""The faults of readers in the technician's words, with what to do. Never decides which fault there is."""

from luot_controller.language import N_, _

_WORDS = {
    "chip.absent": N_("no card chip: check its power and wires"),
    "chip.unknown": N_("unknown card chip: check its wires or exchange it"),
    "chip.asleep": N_("card chip does not wake: exchange it"),
    "chip.unstable": N_("card chip loses its settings: check its 3.3 V"),
    "chip.failed": N_("card chip fails: exchange it"),
    "flash.full": N_("memory full: taps do not count"),
    "flash.failing": N_("memory fails: exchange the reader"),
    "broker.unreachable": N_("no network"),
    "broker.refuses": N_("broker refuses it: provision it again"),
    "broker.forbids": N_("broker forbids its topic: check the broker's rights"),
    "broker.silent": N_("broker does not answer"),
    "broker.malformed": N_("broker does not speak MQTT 3.1.1"),
    "office.silent": N_("its taps have no receipts"),
    "office.unverified": N_("receipts under another key: provision it again"),
    "card.random_uid": N_("a phone lies on it"),
    "card.several": N_("several cards lie on it"),
    "card.left": N_("a card was left on it"),
    "card.unreadable": N_("a card cannot be read"),
    "clock.jumped": N_("its clock jumped"),
    "key.wrong": N_("not signed with its key: provision it again"),
}


def fault_words(fault: str) -> str:
    """What to tell a technician; a word that is not known here stays as it is."""
    return _(_WORDS[fault]) if fault in _WORDS else fault
