"""The reader on a PC keeps its taps in flash.img, which it makes, has to itself, and formats only when it is blank."""

import pytest
from surroundings import HEAP_OF_READER, ROOT, Hall, Reader, eventually, run_micropython

pytestmark = pytest.mark.real

BLOCK_BYTES, BLOCKS = 4096, 352
MAIN = ROOT / "firmware" / "main.py"


def heard(reader: Reader, hall: Hall, uid: str) -> tuple[int, int]:
    """Start, hold a card to it, and cut its power; returns (boot, seq)."""
    count = hall.shows().count("heard")
    hellos = len(hall.hellos)
    reader.start()
    eventually(lambda: len(hall.hellos) > hellos, "at the hall")
    hall.tap(uid)
    line = hall.saw("heard", count + 1)
    reader.kill()
    return line["boot"], line["seq"]


def test_it_makes_the_image_of_a_boards_size(reader: Reader, hall: Hall) -> None:
    """A folder with settings alone becomes a reader with a flash of 352 blocks, as an RP2040 has for files."""
    assert (1, 1) == heard(reader, hall, "04000001")
    assert ["flash.img", "settings.json"] == sorted(path.name for path in reader.flash.iterdir())
    assert BLOCKS * BLOCK_BYTES == (reader.flash / "flash.img").stat().st_size


def test_an_image_cut_while_it_was_made_is_made_again(reader: Reader, hall: Hall) -> None:
    """Killed before the image was long enough, or in the middle of formatting, the next start makes it whole."""
    image = reader.flash / "flash.img"
    for content in (b"", b"\xff" * 5000, b"\x00" * (2 * BLOCK_BYTES), b"\x00" * 300 + b"\xff" * 90_000):
        image.write_bytes(content)
        assert (1, 1) == heard(reader, hall, "04000001")


def test_two_readers_never_share_a_flash(reader: Reader, hall: Hall) -> None:
    """A second one on the same folder ends with one line; the first goes on, and its end frees the flash."""
    reader.start()
    hall.saw("ready")
    done = run_micropython(MAIN, reader.flash, heap=HEAP_OF_READER)
    line = f"{reader.flash}/flash.img: another reader uses it; end that one first\n"
    assert (2, "", line) == (done.returncode, done.stdout, done.stderr)
    hall.tap("04000001")
    hall.saw("heard")
    reader.kill()
    assert (2, 1) == heard(reader, hall, "04000002")


def test_a_strange_image_is_left_as_it_is(reader: Reader) -> None:
    """Where something is that is no littlefs, nothing is formatted: one line, exit code 2, the same bytes as before."""
    image = reader.flash / "flash.img"
    content = b"\xff" * (BLOCKS * BLOCK_BYTES - 1) + b"x"
    image.write_bytes(content)
    done = run_micropython(MAIN, reader.flash, heap=HEAP_OF_READER)
    assert (2, "", 1) == (done.returncode, done.stdout, len(done.stderr.splitlines()))
    assert f"{image}: not usable" in done.stderr
    assert content == image.read_bytes()


def test_a_folder_that_takes_no_file_ends_it_with_one_line(reader: Reader) -> None:
    """So does something else in the image's place."""
    (reader.flash / "flash.img").mkdir()
    done = run_micropython(MAIN, reader.flash, heap=HEAP_OF_READER)
    assert (2, "", 1) == (done.returncode, done.stdout, len(done.stderr.splitlines()))
