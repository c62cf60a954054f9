"""Every MQTT topic of the product in one table, and the functions that build and take apart their names.

`links` are readers and gateways, `consoles` are clerks' screens, `integrators` are other systems, such as a kiosk or an
appointment book; `controller` is the only writer of everything else.
"""

from luot_protocol.errors import ProtocolError
from luot_protocol.ids import LINK_DOWN, LINK_STATE, LINK_UP, is_id, root


class Topic:
    """One row: its name, and the pattern below the root with `{id}` where an id stands; who publishes, retained or not.

    message: the name of what it carries, as in `messages.BY_NAME`; None for a signed frame, see `frames`.
    """

    __slots__ = ("doc", "message", "name", "pattern", "publisher", "retained")

    def __init__(self, name, pattern, publisher, retained, message, doc):
        self.name = name
        self.pattern = pattern
        self.publisher = publisher
        self.retained = retained
        self.message = message
        self.doc = doc


TABLE = (
    Topic("link_up", LINK_UP, "link", False, None, "signed frames of readers, opaque to the broker"),
    Topic("link_down", LINK_DOWN, "controller", False, None, "signed receipts, where the reader was last heard"),
    Topic("link_state", LINK_STATE, "link", True, "link_state", "presence"),
    Topic("console_cmd", "console/{id}/cmd", "console", False, "command", "commands of a clerk"),
    Topic("console_reply", "console/{id}/reply", "controller", False, "reply", "replies to its commands"),
    Topic("console_ask", "console/{id}/ask", "console", False, "ask", "questions of a screen"),
    Topic("console_answer", "console/{id}/answer", "controller", False, "answer", "answers to its questions"),
    Topic("integrator_cmd", "integrator/{id}/cmd", "integrator", False, "command", "commands of another system"),
    Topic("integrator_reply", "integrator/{id}/reply", "controller", False, "reply", "replies to its commands"),
    Topic("integrator_ask", "integrator/{id}/ask", "integrator", False, "ask", "questions of another system"),
    Topic("integrator_answer", "integrator/{id}/answer", "controller", False, "answer", "answers to its questions"),
    Topic("office", "office", "controller", True, "office", "the controller's pulse"),
    Topic("site", "site", "controller", True, "site", "names for the screens"),
    Topic("board", "board", "controller", True, "board", "what the hall sees"),
    Topic("service", "service/{id}", "controller", True, "service", "one line"),
    Topic("desk", "desk/{id}", "controller", True, "desk", "one desk"),
    Topic("card", "card/{id}", "controller", True, "card", "one card; the id is its number"),
    Topic("reader", "reader/{id}", "controller", True, "reader", "how one reader is"),
    Topic("alert", "alert", "controller", False, "alert", "what began, or ceased, to need a technician"),
    Topic("event", "event", "controller", False, "event", "the ledger as it grows"),
)

BY_NAME = {topic.name: topic for topic in TABLE}


def build(site, name, id=None):  # noqa: A002 - the word of the patterns
    """The full topic called `name` in the table; `id` is an id or, to subscribe to all, `+`, if the pattern has one."""
    pattern = BY_NAME[name].pattern
    if id is None and "{id}" not in pattern:
        return root(site) + pattern
    if id is None or "{id}" not in pattern or not (id == "+" or is_id(id)):
        raise ProtocolError("topic.id", name + " " + str(id))
    return root(site) + pattern.replace("{id}", id)


def parse(site, topic):
    """Return (name, id or None) of a full topic; a ProtocolError when it is none of the table."""
    prefix = root(site)
    if topic.startswith(prefix):
        levels = topic[len(prefix) :].split("/")
        for row in TABLE:
            pattern = row.pattern.split("/")
            if len(pattern) == len(levels) and all(map(_fits, pattern, levels)):
                return row.name, levels[pattern.index("{id}")] if "{id}" in pattern else None
    raise ProtocolError("topic.unknown", topic)


def _fits(want, have):
    return is_id(have) if want == "{id}" else want == have
