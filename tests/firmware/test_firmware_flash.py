"""The flash folder grows files or replaces them whole, and reads what is not there as empty."""

import os

from luot_firmware.flash import Flash, LittleFlash

ALSO_ON_MICROPYTHON = True
ALSO_ON_LITTLEFS = True


def test_a_file_that_is_not_there_is_empty(folder):
    """Reading, measuring and removing a missing file is no error."""
    flash = Flash(folder)
    flash.remove("none")
    assert (b"", 0, []) == (flash.read("none", 0, 10), flash.size("none"), flash.names())


def test_appending_adds(folder):
    """What is appended follows what was there, and any stretch of it can be read."""
    flash = Flash(folder + "/")
    flash.append("a", b"one")
    flash.append("a", b"two")
    assert (b"onetwo", b"etw", b"o", b"", 6) == (
        flash.read("a", 0, 99),
        flash.read("a", 2, 3),
        flash.read("a", 5, 3),
        flash.read("a", 6, 3),
        flash.size("a"),
    )


def test_replacing_leaves_one_whole_file(folder):
    """A replaced file holds the new data only, and a left-over of an interrupted replacement does no harm."""
    for kind, left in ((Flash, ["a"]), (LittleFlash, ["a", "a.new"])):
        flash = kind(folder)
        flash.append("a", b"a long old content")
        flash.append("a.new", b"half of an interrup")
        flash.replace("a", b"new")
        assert (b"new", left) == (flash.read("a", 0, 99), sorted(flash.names()))
        flash.remove("a")


def test_other_errors_pass_through(folder):
    """What is wrong with the medium is not hidden: a folder in the place of a file is an OSError."""
    os.mkdir(folder + "/a")
    os.mkdir(folder + "/a/b")
    flash = Flash(folder)
    for call in (lambda: flash.read("a", 0, 1), lambda: flash.append("a", b"x"), lambda: flash.remove("a")):
        try:
            call()
        except OSError:
            continue
        raise AssertionError("no error")
