"""The words a reader shows, in Vietnamese and English. Never decides what is shown when."""

_VI = {
    "ready": "Mời chạm thẻ",
    "heard": "Đã nhận thẻ",
    "chip.absent": "Đầu đọc gặp sự cố. Xin báo nhân viên: không thấy chip đọc thẻ",
    "chip.unknown": "Đầu đọc gặp sự cố. Xin báo nhân viên: chip đọc thẻ lạ",
    "chip.asleep": "Đầu đọc gặp sự cố. Xin báo nhân viên: chip đọc thẻ không khởi động",
    "chip.unstable": "Đầu đọc gặp sự cố. Xin báo nhân viên: nguồn của chip đọc thẻ yếu",
    "chip.failed": "Đầu đọc gặp sự cố. Xin báo nhân viên: chip đọc thẻ hỏng",
    "flash.full": "Bộ nhớ đầy, lượt chạm chưa được ghi. Xin báo nhân viên",
    "flash.failing": "Bộ nhớ lỗi, lượt chạm chưa được ghi. Xin báo nhân viên",
    "card.several": "Xin chạm từng thẻ một",
    "card.random_uid": "Xin dùng thẻ lấy ở quầy, không dùng điện thoại",
    "card.unreadable": "Chưa đọc được thẻ. Xin giữ thẻ yên trên đầu đọc",
    "card.left": "Xin lấy thẻ ra khỏi đầu đọc",
    "broker.unreachable": "Mất kết nối. Lượt chạm vẫn được lưu",
    "broker.refuses": "Máy chủ từ chối đầu đọc. Lượt chạm vẫn được lưu",
    "broker.forbids": "Đầu đọc chưa được cấp quyền. Lượt chạm vẫn được lưu",
    "broker.silent": "Máy chủ không trả lời. Lượt chạm vẫn được lưu",
    "broker.malformed": "Máy chủ trả lời sai. Lượt chạm vẫn được lưu",
    "office.silent": "Chưa có phản hồi. Lượt chạm đã được lưu, xin chờ",
    "office.unverified": "Trả lời không đúng khóa. Lượt chạm đã được lưu, xin báo nhân viên",
    "clock.jumped": "Đồng hồ bị nhảy. Lượt chạm vẫn được lưu",
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
    "malformed": "Lượt chạm bị lỗi và không được tính. Xin báo nhân viên",
    "in_tray": "Thẻ đã về khay. Xin cảm ơn",
    "cancelled": "đã hủy lượt. Đổi ý: chạm lại ở lối vào trong 1 phút",
    "leaving": "đã báo quầy {desk} là bạn rời đi",
    "rated": "Cảm ơn bạn đã đánh giá",
    "closed": "Đã hết giờ nhận. Mời quay lại giờ làm việc sau",
    "day_over": "Lượt chạm này thuộc ngày đã kết thúc. Mời chạm lại",
    "blocked_card": "Thẻ đã bị khóa. Xin đưa cho nhân viên",
    "card_in_use": "Lượt trước của thẻ chưa xong. Mời lấy thẻ khác",
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
    "chip.absent": "Out of order. Please tell the staff: no card chip",
    "chip.unknown": "Out of order. Please tell the staff: unknown card chip",
    "chip.asleep": "Out of order. Please tell the staff: the card chip does not wake",
    "chip.unstable": "Out of order. Please tell the staff: the card chip lacks power",
    "chip.failed": "Out of order. Please tell the staff: the card chip fails",
    "flash.full": "Memory full, this tap does not count. Please tell the staff",
    "flash.failing": "Memory fails, this tap does not count. Please tell the staff",
    "card.several": "One card at a time, please",
    "card.random_uid": "Please use a card from the tray, not a phone",
    "card.unreadable": "Card not read. Please hold it still on the reader",
    "card.left": "Please take the card away",
    "broker.unreachable": "Not connected. Taps are kept",
    "broker.refuses": "Not let in. Taps are kept",
    "broker.forbids": "Not permitted. Taps are kept",
    "broker.silent": "The server is silent. Taps are kept",
    "broker.malformed": "The server is not understood. Taps are kept",
    "office.silent": "No answer yet. Your tap is kept, please wait",
    "office.unverified": "Answers under a wrong key. Your tap is kept, please tell the staff",
    "clock.jumped": "The clock jumped. Taps are kept",
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
    "malformed": "This tap was spoilt and does not count. Please tell the staff",
    "in_tray": "The card is back. Thank you",
    "cancelled": "turn cancelled. Changed your mind? Tap at the entry within 1 minute",
    "leaving": "desk {desk} knows that you are leaving",
    "rated": "Thank you for rating",
    "closed": "Closed for now. Please come back in opening hours",
    "day_over": "This tap belongs to a day that is over. Please tap again",
    "blocked_card": "This card is blocked. Please give it to the staff",
    "card_in_use": "This card's last turn is not over. Please take another",
    "code": "Please ask the staff",
    "number": "{number}: ",
    "ahead": "{ahead} ahead",
    "next": "next in line",
    "kept": "in line",
    "between": ", {lo}-{hi} min",
    "beyond": ", more than {lo} min",
}

_TABLES = {"vi": _VI, "en": _EN}


def status(language, word):
    """The words for what is not about one receipt: ready, heard, or a fault."""
    return _TABLES[language][word]


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
