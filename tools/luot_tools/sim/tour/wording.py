"""The words of the tour, in Vietnamese and English. Decides nothing that they say."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from luot_protocol import codes

_VI = {
    "title": "Luot: năm câu chuyện ở một bộ phận một cửa. Mỗi phút thật bằng {speed:g} phút ở đây.",
    "priority": "Ba người chạm thẻ; một người ưu tiên đến sau, nhưng chưa quá 45 phút, nên được gọi trước.",
    "clerk_calls": "Quầy 1 bấm phím gọi.",
    "priority_holds": "Số {called} đến sau {came_later_min} phút (chưa quá 45), được gọi trước {passed_over} người,"
    " người chờ lâu nhất là số {longest_waiting}; sau đó lần lượt {then}.",
    "offline": "Đầu đọc entry-2 bị rút dây mạng mà vẫn nhận thẻ; nối lại thì ai cũng đứng đúng chỗ của mình.",
    "reader_shows": "{reader} hiện: {text}",
    "kept_in_flash": "{reader} giữ thẻ {number} trong bộ nhớ của máy; bộ điều khiển chưa biết.",
    "cable_back": "{reader} được nối lại.",
    "offline_holds": "{delivered}/{kept} lượt chạm đã tới, muộn {late_min} phút; hàng xếp theo lúc chạm: {line}.",
    "no_show": "Gọi rồi gọi lại mà không ai đến thì tính vắng; chạm lại trong 15 phút thì vẫn giữ chỗ cũ.",
    "nobody_comes": "Không ai đến với số {number}.",
    "comes_back": "Người cầm số {number} quay lại, chạm thẻ.",
    "no_show_holds": "Số {number} chạm lại sau {away_min} phút, về đúng chỗ cũ; gọi tiếp: {then}.",
    "killed": "Bộ điều khiển bị tắt ngang (kill -9) giữa lúc mọi người chạm thẻ, rồi được chạy lại.",
    "office_killed": "kill -9 sau {taps} lượt chạm; đầu đọc vẫn nhận thẻ.",
    "office_back": "Chạy lại sau {taps} lượt chạm.",
    "killed_holds": "{tapped} lượt chạm, {turns} lượt trong hàng: mất {lost}, trùng {twice}.",
    "ledger": "Sổ cái ghi lại tất cả, mỗi việc một lần; đây là những dòng cuối.",
    "ledger_holds": "{entries} dòng, không thiếu số nào; {taps} lượt chạm, {settled} lần trả lời, {calls} lần gọi.",
    "done": "Cả {count} điều đều đúng, trong {seconds:.0f} giây.",
    "untrue": "SAI: {what}",
    "TapAnswered": "chạm     thẻ {number} tại {reader}: {word}",
    "TapIgnored": "chạm     thẻ {number} tại {reader}: bỏ qua, {word}",
    "VisitCalled": "gọi      thẻ {number} đến quầy {desk}: {why}",
    "VisitRecalled": "gọi lại  thẻ {number} đến quầy {desk}",
    "VisitStarted": "bắt đầu  thẻ {number} tại quầy {desk}",
    "VisitFinished": "xong     thẻ {number} tại quầy {desk}",
    "VisitMissed": "vắng     thẻ {number} tại quầy {desk}",
    "VisitReturned": "trở lại  thẻ {number}",
    "next": "{word}, sắp đến lượt",
    "ahead": "{word}, còn {ahead} người phía trước",
    "opened": "vào hàng",
    "waiting": "đang chờ",
    "back_in_line": "trở lại hàng",
    "OLDEST": "đến trước nhất",
    "RETURNED": "trở lại đúng chỗ",
    "PRIORITY_WITHIN_H": "ưu tiên, trước số {over}",
}
_EN = {
    "title": "Luot: five stories from a one-stop shop. One real minute is {speed:g} minutes here.",
    "priority": "Three people tap; one with priority comes later, by less than 45 minutes, and is called first.",
    "clerk_calls": "Desk 1 presses the key to call.",
    "priority_holds": "{called} came {came_later_min} min later (less than 45) and is called before {passed_over}"
    " people, the longest waiting of whom is {longest_waiting}; then come {then}.",
    "offline": "Reader entry-2 loses its network and still takes cards; once it is back all stand where they belong.",
    "reader_shows": "{reader} shows: {text}",
    "kept_in_flash": "{reader} keeps card {number} in its own memory; the controller does not know yet.",
    "cable_back": "{reader} is connected again.",
    "offline_holds": "{delivered} of {kept} taps have come, {late_min} min late; the line is by time of tap: {line}.",
    "no_show": "Called, called again, nobody comes: a no-show; who taps again within 15 minutes keeps the place.",
    "nobody_comes": "Nobody comes with {number}.",
    "comes_back": "Whoever has {number} is back, and taps.",
    "no_show_holds": "{number} tapped again after {away_min} min and has the old place; called next: {then}.",
    "killed": "The controller is killed (kill -9) while people tap, and started again.",
    "office_killed": "kill -9 after {taps} taps; the readers still take cards.",
    "office_back": "Started again after {taps} taps.",
    "killed_holds": "{tapped} taps, {turns} turns in line: {lost} lost, {twice} twice.",
    "ledger": "The ledger has it all, each thing once; these are its last lines.",
    "ledger_holds": "{entries} entries, no number missing; {taps} taps, {settled} answers, {calls} calls.",
    "done": "All {count} are true, in {seconds:.0f} seconds.",
    "untrue": "FALSE: {what}",
    "TapAnswered": "tap      card {number} at {reader}: {word}",
    "TapIgnored": "tap      card {number} at {reader}: ignored, {word}",
    "VisitCalled": "call     card {number} to desk {desk}: {why}",
    "VisitRecalled": "recall   card {number} to desk {desk}",
    "VisitStarted": "start    card {number} at desk {desk}",
    "VisitFinished": "finish   card {number} at desk {desk}",
    "VisitMissed": "no-show  card {number} at desk {desk}",
    "VisitReturned": "return   card {number}",
    "next": "{word}, next",
    "ahead": "{word}, {ahead} ahead",
    "opened": "in line",
    "waiting": "waits",
    "back_in_line": "back in line",
    "OLDEST": "came first",
    "RETURNED": "back at the old place",
    "PRIORITY_WITHIN_H": "priority, before {over}",
}
WORDS: Mapping[str, Mapping[str, str]] = {"vi": _VI, "en": _EN}


def line(language: str, name: str, **figures: Any) -> str:
    """One line of the story."""
    return WORDS[language][name].format(**figures)


def entry(language: str, event: Mapping[str, Any]) -> str | None:
    """One line for an entry of the ledger, with its local office time; None where another entry says it already."""
    words, kind = WORDS[language], event["kind"]
    if kind not in words:
        return None
    word = why = ""
    if "code" in event:
        name = codes.name(event["code"])
        word = words.get(name, name.replace("_", " "))
        if event.get("ahead") is not None:
            word = words["ahead" if event["ahead"] else "next"].format(word=word, ahead=event["ahead"])
    if "reason" in event:
        why = words.get(event["reason"], event["reason"]).format(over=event.get("over"))
    shown = words[kind].format(**{**event, "word": word, "why": why})
    return f"{datetime.fromtimestamp(event['at_ms'] / 1000):%H:%M:%S}  {shown}"
