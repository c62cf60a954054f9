"""Puts what a reader shows into words, which stay in flash beside this file. Never decides what is shown when.

Each of settings.LANGUAGES has a file, `words_vi.txt` and so on. A line is the word for what is shown, a space, and what
is said; what is said most often stands first, since the file is read from its start each time.
"""

_FILES = __file__.rsplit("/", 1)[0] + "/words_"
_VALUES = ("{number}", "{ahead}", "{lo}", "{hi}", "{desk}")


def status(language, word):
    """The words for what is not about one receipt: ready, heard, or a fault."""
    return _read(language, (word,)).get(word, word)


def answer(language, show, receipt):
    """The words for a Receipt whose code's name is `show`; what the receipt does not say is left out."""
    place = _place(receipt) + (("closes_first",) if receipt.closes_first else ())
    said = _read(language, ("number", show, "code") + place)
    words = said.get(show) or said.get("code", show)
    if receipt.number is not None:
        words = said.get("number", "{number}") + " " + words
    words = words.replace("{place}", "".join([said.get(part, part) for part in place]))
    values = (receipt.number, receipt.ahead, receipt.lo_min, receipt.hi_min, receipt.desk or "")
    for name, value in zip(_VALUES, values):  # noqa: B905 - MicroPython's zip has no strict
        words = words.replace(name, str(value))
    return words.rstrip()


def _place(receipt):
    """The words that a place in line is made of."""
    if receipt.ahead is None:
        return ("kept",)
    place = "ahead" if receipt.ahead else "next"
    if receipt.lo_min is None:
        return (place,)
    return place, "beyond" if receipt.hi_min is None else "between"


def _read(language, wanted):
    """What is said for each of these words, as a map; a word that the file does not have is not in it."""
    said = {}
    try:
        with open(_FILES + language + ".txt", encoding="utf-8") as lines:
            for line in lines:
                word, words = line.rstrip("\n").split(" ", 1)
                if word in wanted:
                    said[word] = words
                    if len(said) == len(wanted):
                        break
    except (OSError, ValueError):
        pass  # flash or file are damaged, and what is shown is better than nothing: the words themselves
    return said
