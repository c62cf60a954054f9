"""The receipt of a tap, made of the fact that settled it and of nothing else: asked again, it is the same again."""

from luot_controller.engine.events import TapAnswered, TapSettled
from luot_protocol import frames, office_frames


def receipt_frame(settled: TapSettled, kid: bytes, key: bytes) -> bytes:
    """The signed frame for the reader that owns `key`."""
    if isinstance(settled, TapAnswered):
        receipt = frames.Receipt(
            settled.boot,
            settled.seq,
            settled.code,
            settled.number,
            settled.ahead,
            settled.lo_min,
            settled.hi_min,
            settled.desk,
            settled.closes_first,
        )
    else:
        receipt = frames.Receipt(settled.boot, settled.seq, settled.code, settled.number)
    return bytes(office_frames.seal_receipt(receipt, kid, key))
