"""What is shown: states once each, events always, and words in both languages for everything."""

from luot_firmware import feedback, text
from luot_firmware.records import Record
from luot_protocol import codes
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
    """Entering the same state again shows nothing."""
    ours, sink = faces()
    for state in ("offline", "offline", "ready", "no_receipt", "no_receipt", "ready"):
        ours.enter(state)
    assert ["offline", "ready", "no_receipt", "ready"] == sink.shows()


def test_a_broken_chip_hides_the_state_until_it_works():
    """While cards cannot be read nothing says ready; after that the state that holds then is shown."""
    ours, sink = faces()
    ours.works()
    ours.enter("ready")
    ours.breaks()
    ours.breaks()
    ours.enter("offline")
    ours.works()
    ours.works()
    assert ["ready", "fault", "offline"] == sink.shows()


def test_a_tap_is_confirmed_with_its_identity():
    """heard carries boot and seq; a tap that was not kept does not."""
    ours, sink = faces("en")
    ours.heard(Record(3, 4, b"", 0))
    ours.not_kept()
    assert {"show": "heard", "boot": 3, "seq": 4, "text": "Card read"} == sink.lines[0]
    assert "full" == sink.lines[1]["show"]


def test_a_receipt_is_shown_with_what_it_says():
    """Only the fields it has, its word, and `late` when it is."""
    ours, sink = faces("en")
    ours.answer(Receipt(1, 2, codes.OPENED, 17, 5, 10, 15), False)
    ours.answer(Receipt(1, 3, codes.YOUR_TURN, 17, desk="3"), True)
    opened = {"show": "opened", "boot": 1, "seq": 2, "number": 17, "ahead": 5, "lo_min": 10, "hi_min": 15}
    opened["text"] = "17: 5 ahead, 10-15 min"
    turn = {"show": "your_turn", "boot": 1, "seq": 3, "number": 17, "desk": "3", "late": True}
    turn["text"] = "17: your turn, please go to desk 3"
    assert [opened, turn] == sink.lines


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
    for language in ("vi", "en"):
        for code in codes.NAMES:
            assert words(language, code, 17, 5, 10, 15, "3")
            assert "{" not in words(language, code)
        for show in ("ready", "offline", "no_receipt", "heard", "full", "fault"):
            assert text.status(language, show)
    assert "Xin hỏi nhân viên" == words("vi", 63)
