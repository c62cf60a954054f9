"""Puts what a reader shows into words, of which each language has its own file. Never decides what is shown when."""


def words(language):
    """The table of one of settings.LANGUAGES, by what is shown; no other language is loaded."""
    return __import__("luot_firmware.text_" + language, None, None, ("WORDS",)).WORDS


def status(language, word):
    """The words for what is not about one receipt: ready, heard, or a fault."""
    return words(language)[word]


def answer(language, show, receipt):
    """The words for a Receipt whose code's name is `show`; what the receipt does not say is left out."""
    table = words(language)
    said = table.get(show, table["code"])
    said = said.replace("{place}", _place(table, receipt)).replace("{desk}", receipt.desk or "").rstrip()
    return said if receipt.number is None else table["number"].format(number=receipt.number) + said


def _place(table, receipt):
    if receipt.ahead is None:
        return table["kept"]
    place = table["ahead"].format(ahead=receipt.ahead) if receipt.ahead else table["next"]
    if receipt.lo_min is None:
        return place
    if receipt.hi_min is None:
        return place + table["beyond"].format(lo=receipt.lo_min)
    return place + table["between"].format(lo=receipt.lo_min, hi=receipt.hi_min)
