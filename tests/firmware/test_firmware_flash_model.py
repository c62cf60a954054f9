"""The model of a flash chip forgets nothing, sets no bit without erasing, and leaves what a cut would leave."""

from errno import EIO
from io import BytesIO

from models.flash_model import BEFORE, BLOCK_BYTES, HALF, MIXED, PAGE_BYTES, FlashModel

ALSO_ON_MICROPYTHON = True

BLOCKS = 4
ERASE = 6
NONE, SOME, ALL = b"\xff" * PAGE_BYTES, b"\x0f" * PAGE_BYTES, b"\x00" * PAGE_BYTES


def chip_with(memory=None):
    return FlashModel(memory or BytesIO(), BLOCKS)


def page(chip, block=1, offset=0):
    data = bytearray(PAGE_BYTES)
    assert chip.readblocks(block, data, offset) is None
    return bytes(data)


def test_it_is_a_block_device_of_erased_blocks():
    """It tells its size, every byte of a new one is 0xff, and its memory is as large as the chip."""
    memory = BytesIO()
    chip = chip_with(memory)
    assert (BLOCKS, BLOCK_BYTES) == (chip.ioctl(4, 0), chip.ioctl(5, 0))
    assert b"\xff" * (BLOCKS * BLOCK_BYTES) == memory.getvalue()


def test_programming_only_clears_bits():
    """A second program of a page leaves the bits that both have set; its neighbours are as they were."""
    chip = chip_with()
    assert chip.writeblocks(1, SOME + SOME, PAGE_BYTES) is None
    assert chip.writeblocks(1, b"\xaa" * PAGE_BYTES, PAGE_BYTES) is None
    assert [NONE, b"\x0a" * PAGE_BYTES, SOME, NONE] == [page(chip, 1, PAGE_BYTES * number) for number in range(4)]


def test_erasing_sets_the_bits_of_one_block_and_is_counted():
    """The block is as new, others keep their content, and each block's erases are known."""
    chip = chip_with()
    for block in (1, 2):
        chip.writeblocks(block, ALL)
    for _ in range(3):
        assert 0 == chip.ioctl(ERASE, 1)
    assert [NONE, ALL] == [page(chip, 1), page(chip, 2)]
    assert ([0, 3, 0, 0], 5) == (list(chip.erases), chip.operations)


def test_parts_of_pages_are_refused():
    """What a chip cannot do is an error."""
    chip = chip_with()
    for data, offset in ((b"x", 0), (ALL, 1), (ALL + b"x", 0)):
        assert chip.writeblocks(1, data, offset) < 0
    assert (0, NONE) == (chip.operations, page(chip))


def test_it_keeps_its_content(folder):
    """What one process left in a file, the next one finds; what the file lacks is erased."""
    with open(folder + "/flash.img", "w+b") as memory:
        chip_with(memory).writeblocks(1, SOME)
    with open(folder + "/flash.img", "r+b") as memory:
        assert SOME == page(chip_with(memory))
    with open(folder + "/short.img", "w+b") as memory:
        memory.write(ALL)
        chip = chip_with(memory)
        assert [ALL, NONE] == [page(chip, 0), page(chip, 3, BLOCK_BYTES - PAGE_BYTES)]


def test_a_cut_hits_the_page_that_it_was_told_to():
    """Pages before it are whole, the one it hits is untouched, half, or mixed, and those after it are untouched."""
    left = {
        BEFORE: NONE,
        HALF: ALL[: PAGE_BYTES // 2] + NONE[PAGE_BYTES // 2 :],
    }
    for how in (BEFORE, HALF, MIXED):
        chip = chip_with()
        chip.writeblocks(0, ALL)
        chip.cut_after(1, how)
        assert chip.writeblocks(1, ALL * 3) < 0
        assert chip.is_cut
        chip.power_on()
        assert [ALL, NONE] == [page(chip), page(chip, 1, 2 * PAGE_BYTES)]
        hit = page(chip, 1, PAGE_BYTES)
        assert left.get(how, hit) == hit
        if how == MIXED:
            assert hit not in (ALL, NONE)


def test_a_cut_hits_an_erase():
    """The block is untouched, its first half is erased, or some of its bits are."""
    for how in (BEFORE, HALF, MIXED):
        chip = chip_with()
        chip.writeblocks(1, ALL * (BLOCK_BYTES // PAGE_BYTES))
        chip.cut_after(0, how)
        assert chip.ioctl(ERASE, 1) < 0
        chip.power_on()
        first, last = page(chip), page(chip, 1, BLOCK_BYTES - PAGE_BYTES)
        assert (NONE if how == HALF else first, last if how == MIXED else ALL) == (first, last)
        if how != HALF:
            assert (how == BEFORE) == (first == ALL)
            assert first != NONE


def test_without_power_it_refuses_everything():
    """Reads, programs and erases fail and change nothing until the power is back, which then stays."""
    chip = chip_with()
    chip.cut_after(0)
    for _ in range(3):
        assert chip.writeblocks(1, ALL) < 0
        assert chip.ioctl(ERASE, 1) < 0
        assert chip.readblocks(1, bytearray(PAGE_BYTES)) < 0
    chip.power_on()
    assert NONE == page(chip)
    for _ in range(3):
        assert chip.writeblocks(1, ALL) is None
    assert ALL == page(chip)


def test_a_worn_out_flash_still_reads():
    """Neither programming nor erasing changes or counts anything, each with an I/O error; then all is as before."""
    chip = chip_with()
    chip.writeblocks(1, SOME)
    chip.fails_writes = True
    assert [-EIO, -EIO] == [chip.writeblocks(1, ALL), chip.ioctl(ERASE, 1)]
    assert (SOME, 1, 0) == (page(chip), chip.operations, sum(chip.erases))
    chip.fails_writes = False
    assert (None, ALL) == (chip.writeblocks(1, ALL), page(chip))
