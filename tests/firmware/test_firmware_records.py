"""What is written to flash is read back the same, and nothing that was changed is taken for it."""

from luot_firmware import records

ALSO_ON_MICROPYTHON = True

TAP = records.Record(70_000, (1 << 32) - 1, b"0123456789abcdef", (1 << 45) + 1, 255)


def damaged(data):
    """Every copy of `data` with one bit changed, and every shorter one."""
    for at in range(len(data)):
        for bit in range(8):
            yield data[:at] + bytes((data[at] ^ 1 << bit,)) + data[at + 1 :]
        yield data[:at]


def test_a_tap_comes_back():
    """All fields of a tap survive, at their largest, anywhere in a buffer."""
    data = records.write_tap(TAP)
    assert records.TAP_BYTES == len(data)
    back = records.read_tap(b"xyz" + data, 3, 8)
    assert (TAP.id(), TAP.card, TAP.at_ms, 255, 8) == (back.id(), back.card, back.at_ms, back.button, back.segment)


def test_a_cursor_comes_back():
    """A frontier and up to eight open ids survive, within the size that is read."""
    ids = [(boot, (1 << 32) - boot) for boot in range(1, 9)]
    for count in range(9):
        data = records.write_cursor((9, 1), ids[:count])
        assert len(data) <= records.MAX_CURSOR_BYTES
        assert ((9, 1), ids[:count]) == records.read_cursor(data)


def test_a_boot_counter_comes_back():
    """The counter survives up to 32 bits."""
    assert (1 << 32) - 1 == records.read_boot(records.write_boot((1 << 32) - 1))


def test_damage_is_seen():
    """One changed bit or a missing end makes any of the three unreadable, and never raises."""
    for data in damaged(records.write_tap(TAP)):
        assert records.read_tap(data or b"\x00", 0, 1) is None
    for data in damaged(records.write_cursor((3, 4), [(1, 2)])):
        assert records.read_cursor(data) is None
    for data in damaged(records.write_boot(5)):
        assert records.read_boot(data) is None


def test_one_kind_is_never_taken_for_another():
    """Each reader refuses what the other two wrote."""
    tap, cursor, boot = records.write_tap(TAP), records.write_cursor((1, 1), [(1, 1)]), records.write_boot(1)
    for other in (cursor, boot):
        assert records.read_tap(other, 0, 1) is None
    for other in (tap, boot):
        assert records.read_cursor(other) is None
    for other in (tap, cursor):
        assert records.read_boot(other) is None
