"""The reader's half of what the office orders it to do, imported when the first order comes. Carries none out."""

from luot_protocol import form, frames

KIND_IDENTIFY = 17


def read_identify(envelope, key):
    """Verify an envelope that came down: the map of `boot` and `count` that the order names a report by.

    A wrong MAC is ProtocolError `frame.mac`, what is no order to blink `frame.kind`.
    """
    fields = form.opened(envelope, key, frames.DOWN)
    form.expect(fields, KIND_IDENTIFY)
    return {"boot": form.uint(fields, 1, form.MAX_U32), "count": form.uint(fields, 2, form.MAX_U32)}
