"""The form of an id, and the topics of a link, which are all that a reader has to know. The rest is `topics`."""

from luot_protocol import VERSION
from luot_protocol.errors import ProtocolError

MAX_ID_CHARS = 32

LINK_UP, LINK_DOWN, LINK_STATE = "link/{id}/up", "link/{id}/down", "link/{id}/state"

_ID_CHARS = "abcdefghijklmnopqrstuvwxyz0123456789-"


def is_id(text):
    """True for 1 to 32 of a-z, 0-9 and the hyphen: the form of every id in a topic."""
    return 0 < len(text) <= MAX_ID_CHARS and all(char in _ID_CHARS for char in text)


def root(site):
    """The prefix of all topics of a site, with its slash: `luot/1/<site>/`."""
    if not is_id(site):
        raise ProtocolError("topic.site", site)
    return "luot/" + str(VERSION) + "/" + site + "/"


def link_topics(site, link):
    """The topics that a link publishes frames on, hears receipts on, and says on that it is there."""
    if not is_id(link):
        raise ProtocolError("topic.id", link)
    return tuple(root(site) + pattern.replace("{id}", link) for pattern in (LINK_UP, LINK_DOWN, LINK_STATE))
