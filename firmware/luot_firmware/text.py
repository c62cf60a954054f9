"""The words a reader shows, in Vietnamese and English. Never decides what is shown when."""

_VI = {
    "ready": "Mời chạm thẻ",
    "heard": "Đã nhận thẻ",
    "no_receipt": "Chưa có phản hồi. Lượt chạm đã được lưu, xin chờ",
    "offline": "Mất kết nối. Lượt chạm vẫn được lưu",
    "full": "Bộ nhớ đầy, lượt chạm chưa được ghi. Xin báo nhân viên",
    "fault": "Đầu đọc gặp sự cố. Xin báo nhân viên",
    "opened": "{place}",
    "waiting": "{place}",
    "your_turn": "mời đến quầy {desk}",
    "being_served": "đang được phục vụ tại quầy {desk}",
    "back_in_line": "đã trở lại hàng, {place}",
    "thank_you": "Xin cảm ơn. Mời trả thẻ",
    "started": "bắt đầu phục vụ",
    "other_desk": "mời sang quầy {desk}",
    "held": "lượt đang tạm giữ ở quầy {desk}",
    "not_in_line": "Thẻ chưa có lượt. Mời chạm thẻ ở lối vào",
    "unknown_card": "Thẻ không dùng được. Mời lấy thẻ khác",
    "too_old": "Lượt chạm đã quá hạn. Mời chạm lại",
    "unknown_button": "Nút này chưa được dùng. Mời chọn nút khác",
    "code": "Xin hỏi nhân viên",
    "number": "Số {number}: ",
    "ahead": "còn {ahead} người phía trước",
    "next": "sắp đến lượt",
    "kept": "đã vào hàng",
    "between": ", khoảng {lo}-{hi} phút",
    "beyond": ", hơn {lo} phút",
}

_EN = {
    "ready": "Tap your card",
    "heard": "Card read",
    "no_receipt": "No answer yet. Your tap is kept, please wait",
    "offline": "Not connected. Taps are kept",
    "full": "Memory full, this tap does not count. Please tell the staff",
    "fault": "Out of order. Please tell the staff",
    "opened": "{place}",
    "waiting": "{place}",
    "your_turn": "your turn, please go to desk {desk}",
    "being_served": "being served at desk {desk}",
    "back_in_line": "back in line, {place}",
    "thank_you": "Thank you. Please drop the card",
    "started": "service begins",
    "other_desk": "please go to desk {desk}",
    "held": "kept aside at desk {desk}",
    "not_in_line": "Not in line. Please tap at the entry",
    "unknown_card": "This card cannot be used. Please take another",
    "too_old": "This tap came too late. Please tap again",
    "unknown_button": "This button is not in use. Please choose another",
    "code": "Please ask the staff",
    "number": "{number}: ",
    "ahead": "{ahead} ahead",
    "next": "next in line",
    "kept": "in line",
    "between": ", {lo}-{hi} min",
    "beyond": ", more than {lo} min",
}

_TABLES = {"vi": _VI, "en": _EN}


def status(language, show):
    """The words for `show` when it is not about one receipt."""
    return _TABLES[language][show]


def answer(language, show, receipt):
    """The words for a Receipt whose code's name is `show`; what the receipt does not say is left out."""
    table = _TABLES[language]
    words = table.get(show, table["code"])
    words = words.replace("{place}", _place(table, receipt)).replace("{desk}", receipt.desk or "").rstrip()
    return words if receipt.number is None else table["number"].format(number=receipt.number) + words


def _place(table, receipt):
    if receipt.ahead is None:
        return table["kept"]
    place = table["ahead"].format(ahead=receipt.ahead) if receipt.ahead else table["next"]
    if receipt.lo_min is None:
        return place
    if receipt.hi_min is None:
        return place + table["beyond"].format(lo=receipt.lo_min)
    return place + table["between"].format(lo=receipt.lo_min, hi=receipt.hi_min)
