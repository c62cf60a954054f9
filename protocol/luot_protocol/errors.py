"""The one error of this package: bytes or fields that are not what the protocol says.

ValueError
  ProtocolError          code, detail
"""


class ProtocolError(ValueError):
    """Raised for anything malformed; `code` is stable and short, `detail` is for a log line."""

    def __init__(self, code, detail=""):
        super().__init__(code if not detail else code + ": " + detail)
        self.code = code
        self.detail = detail
