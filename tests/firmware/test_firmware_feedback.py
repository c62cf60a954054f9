"""What is shown: states once each, events always, and words in both languages for everything."""

from luot_firmware import feedback, patterns, text
from luot_firmware.records import Record
from luot_protocol import codes, faults
from luot_protocol.frames import Receipt

ALSO_ON_MICROPYTHON = True


class FakeSink:
    def __init__(self):
        self.lines = []

    def show(self, line):
        self.lines.append(line)

    def shows(self):
        return [line["show"] for line in self.lines]


def faces(language="vi"):
    sink = FakeSink()
    return feedback.Feedback(sink, language), sink


def words(language, *fields):
    receipt = Receipt(1, 2, *fields)
    return text.answer(language, codes.name(receipt.code), receipt)


def test_a_state_is_shown_when_it_begins():
    """Beginning again what holds shows nothing, and what ends gives way to what still holds."""
    ours, sink = faces()
    ours.begins(faults.BROKER_UNREACHABLE)
    ours.begins(faults.BROKER_UNREACHABLE)
    ours.ready()
    ours.ready()
    ours.begins(faults.OFFICE_SILENT)
    ours.ends("office")
    ours.ends("office")
    assert ["offline", "ready", "no_receipt", "ready"] == sink.shows()


def test_nothing_is_said_before_anything_is_known():
    """A reader that has just started and has no fault is not ready yet."""
    ours, sink = faces()
    ours.ends("chip")
    ours.begins(faults.CARD_SEVERAL)
    ours.ends("card")
    assert ["card"] == sink.shows()


def test_a_part_has_one_fault_at_a_time():
    """The broker that refused and is now unreachable is not both."""
    ours, sink = faces()
    ours.begins(faults.BROKER_REFUSES)
    ours.begins(faults.BROKER_UNREACHABLE)
    assert [faults.BROKER_UNREACHABLE] == ours.faults()
    assert ["broker.refuses", "broker.unreachable"] == [line["fault"] for line in sink.lines]


def test_the_most_important_fault_is_shown():
    """Beginning in any order and ending in any order, always the first of the table that holds."""
    for order in ((0, 1, 2, 3, 4, 5), (5, 4, 3, 2, 1, 0), (2, 5, 0, 3, 1, 4)):
        ours, sink = faces()
        ours.ready()
        some = (
            faults.CHIP_ABSENT,
            faults.FLASH_FULL,
            faults.CARD_SEVERAL,
            faults.BROKER_SILENT,
            faults.OFFICE_SILENT,
            faults.CLOCK_JUMPED,
        )
        holding = set()
        for number in order:
            holding.add(number)
            ours.begins(some[number])
            assert faults.NAMES[some[min(holding)]] == sink.lines[-1]["fault"]
            assert [some[one] for one in sorted(holding)] == ours.faults()
        for number in order:
            holding.discard(number)
            ours.ends(faults.NAMES[some[number]].split(".")[0])
            assert (faults.NAMES[some[min(holding)]] if holding else None) == sink.lines[-1].get("fault")
        assert "ready" == sink.lines[-1]["show"]


def test_a_new_session_ends_the_faults_of_the_way():
    """Ready again: neither the broker's nor the office's fault holds, but a broken chip still hides it."""
    ours, sink = faces()
    ours.ready()
    ours.begins(faults.CHIP_ABSENT)
    ours.begins(faults.OFFICE_SILENT)
    ours.begins(faults.BROKER_SILENT)
    ours.ready()
    assert [faults.CHIP_ABSENT] == ours.faults()
    ours.ends("chip")
    assert ["ready", "fault", "ready"] == sink.shows()


def test_each_refused_tap_is_told():
    """A full memory is said for each tap, with its sound; and holds until a tap is kept."""
    ours, sink = faces()
    ours.ready()
    ours.not_kept(faults.FLASH_FULL)
    ours.not_kept(faults.FLASH_FULL)
    ours.begins(faults.FLASH_FULL)
    ours.ends("flash")
    assert ["ready", "full", "full", "ready"] == sink.shows()
    assert [None, "error", "error", None] == [line["sound"] for line in sink.lines]


def test_every_fault_has_a_code_of_its_own():
    """One light for each, known to `patterns`, a text in both languages that no other has, and a sound if any."""
    listed = [row[0] for row in feedback.FAULTS]
    assert sorted(set(faults.NAMES) - {faults.KEY_WRONG}) == sorted(listed)
    lights = [row[2] for row in feedback.FAULTS]
    assert len(set(lights)) == len(lights)
    for language in ("vi", "en"):
        texts = [text.status(language, faults.NAMES[fault]) for fault in listed]
        assert len(set(texts)) == len(texts)
    for _, _, light, sound in feedback.FAULTS:
        assert 0 == patterns.LIGHTS[light][1]
        assert sound is None or sound in patterns.SOUNDS


def test_a_player_needs_no_logic():
    """Every pattern is steps on and off of some length; what ends by itself is short, and no two look alike.

    Only whoever looks for a reader has to see it from afar.
    """
    for name, (colour, times, steps) in patterns.LIGHTS.items():
        assert colour in ("red", "amber", "green", "blue")
        assert len(steps) % 2 == 0
        assert times == 0 or 0 < times * sum(steps) <= (10_000 if name == "identify" else 3000)
    assert len(set(patterns.LIGHTS.values())) == len(patterns.LIGHTS)
    for steps in patterns.SOUNDS.values():
        assert all(hertz == 0 or 200 <= hertz <= 4000 for hertz, _ in steps)
        assert sum(ms for _, ms in steps) <= 1000


def test_every_line_has_a_light_and_a_sound_that_can_be_played():
    """Whatever is shown, for every code of a receipt; a late answer has neither, for nobody is there."""
    ours, sink = faces()
    ours.ready()
    ours.heard(Record(1, 1, b"", 0))
    ours.identify()
    for code in sorted(codes.NAMES) + [63, 200]:  # noqa: RUF005 - MicroPython unpacks no such tuple
        ours.answer(Receipt(1, 1, code, 17), False)
    for line in sink.lines:
        assert line["light"] in patterns.LIGHTS
        assert line["sound"] is None or line["sound"] in patterns.SOUNDS
    assert "red_flash" == sink.lines[-1]["light"]
    ours.answer(Receipt(1, 1, codes.OPENED, 17), True)
    assert (None, None) == (sink.lines[-1]["light"], sink.lines[-1]["sound"])


def test_a_tap_is_confirmed_with_its_identity():
    """heard carries boot and seq; a tap that was not kept has none."""
    ours, sink = faces("en")
    ours.heard(Record(3, 4, b"", 0))
    ours.not_kept(faults.FLASH_FAILING)
    heard = {"show": "heard", "boot": 3, "seq": 4, "text": "Card read", "light": "green_flash", "sound": "heard"}
    assert heard == sink.lines[0]
    assert ("full", "flash.failing", None) == tuple(sink.lines[1].get(key) for key in ("show", "fault", "boot"))


def test_a_receipt_is_shown_with_what_it_says():
    """Only the fields it has, its word, its light and sound, and `late` when it is."""
    ours, sink = faces("en")
    ours.answer(Receipt(1, 2, codes.OPENED, 17, 5, 10, 15), False)
    ours.answer(Receipt(1, 3, codes.YOUR_TURN, 17, desk="3"), True)
    opened = {"show": "opened", "boot": 1, "seq": 2, "number": 17, "ahead": 5, "lo_min": 10, "hi_min": 15}
    opened.update({"text": "17: 5 ahead, 10-15 min", "light": "green_flash", "sound": "taken"})
    turn = {"show": "your_turn", "boot": 1, "seq": 3, "number": 17, "desk": "3", "late": True}
    turn.update({"text": "17: your turn, please go to desk 3", "light": None, "sound": None})
    assert [opened, turn] == sink.lines


def test_who_may_not_be_served_before_closing_sees_it():
    """In words after the place, and in a light that is not the usual one; the tap is taken as ever."""
    ours, sink = faces("en")
    ours.answer(Receipt(1, 2, codes.OPENED, 17, 12, 45, 60, closes_first=True), False)
    told = {"show": "opened", "boot": 1, "seq": 2, "number": 17, "ahead": 12, "lo_min": 45, "hi_min": 60}
    told.update({"text": "17: 12 ahead, 45-60 min. May not be served before closing", "closes_first": True})
    told.update({"light": "amber_flash", "sound": "taken"})
    assert [told] == sink.lines
    said = words("vi", codes.BACK_IN_LINE, 17, 2, None, None, None, True)
    assert "Số 17: đã trở lại hàng, còn 2 người phía trước. Có thể chưa đến lượt khi hết giờ làm việc" == said
    ours.answer(Receipt(1, 3, codes.WAITING, 17, 12, closes_first=True), True)
    assert (True, None, None) == tuple(sink.lines[1][name] for name in ("late", "light", "sound"))


def test_words_of_a_place():
    """The place is said with as much of the wait as is known."""
    assert "Số 17: còn 5 người phía trước, khoảng 10-15 phút" == words("vi", codes.OPENED, 17, 5, 10, 15)
    assert "Số 17: sắp đến lượt, khoảng 0-5 phút" == words("vi", codes.WAITING, 17, 0, 0, 5)
    assert "Số 17: còn 90 người phía trước, hơn 120 phút" == words("vi", codes.OPENED, 17, 90, 120)
    assert "Số 17: đã trở lại hàng, còn 2 người phía trước" == words("vi", codes.BACK_IN_LINE, 17, 2)
    assert "17: in line" == words("en", codes.OPENED, 17)
    assert "in line" == words("en", codes.OPENED)
    assert "Thẻ chưa có lượt. Mời chạm thẻ ở lối vào" == words("vi", codes.NOT_IN_LINE)
    assert "Số 17: mời đến quầy 3" == words("vi", codes.YOUR_TURN, 17, None, None, None, "3")
    assert "Số 17: mời đến quầy" == words("vi", codes.YOUR_TURN, 17)


def test_every_code_has_words_in_both_languages():
    """No word and no code of a receipt is without its text, and an unknown code gets one too."""
    shown = ["ready", "heard", "identify", "code"] + list(codes.NAMES.values())  # noqa: RUF005 - MicroPython unpacks no such tuple
    shown += [faults.NAMES[row[0]] for row in feedback.FAULTS]
    parts = ["number", "ahead", "next", "kept", "between", "beyond", "closes_first"]
    for language in ("vi", "en"):
        with open(f"{text.__file__.rsplit('/', 1)[0]}/words_{language}.txt", encoding="utf-8") as lines:
            there = [line.split(" ", 1)[0] for line in lines]
        assert sorted(shown + parts) == sorted(there)
        for word in shown:
            assert text.status(language, word) not in ("", word)
        for code in codes.NAMES:
            assert "{" not in words(language, code, 17, 5, 10, 15, "3")
    assert "Xin hỏi nhân viên" == words("vi", 63)


def test_words_that_are_not_there():
    """Without its file, or with another one in its place, a reader shows the words for programs."""
    receipt = Receipt(1, 2, codes.OPENED, 17, 5)
    assert "17 opened" == text.answer("xx", "opened", receipt)
    assert "chip.absent" == text.status("xx", "chip.absent")
