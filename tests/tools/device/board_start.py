"""What a board does when it gets power, on the unix port of MicroPython: argv is mode, store, folder of the firmware.

`program` runs boot.py and main.py, `prompt` boot.py alone; the REPL follows. The store is a folder, or a littlefs in
an image file, `*.img`, which becomes the whole filesystem.
"""

import os
import sys

_mode, _store, _firmware = sys.argv[1:]
if _store.endswith(".img"):
    sys.path[:] = [".frozen", _firmware]
    import vfs

    from models.flash_model import RP2040_BLOCKS, FlashModel

    class _Unforced:
        def __init__(self, file):
            self.seek, self.readinto, self.write = file.seek, file.readinto, file.write

        def flush(self):
            pass

    try:
        _file = open(_store, "r+b")  # noqa: SIM115 - open as long as the board has power
    except OSError:
        _file = open(_store, "w+b")  # noqa: SIM115
    _chip = FlashModel(_Unforced(_file), RP2040_BLOCKS)
    try:
        _littlefs = vfs.VfsLfs2(_chip, progsize=256, mtime=False)
    except OSError:
        vfs.VfsLfs2.mkfs(_chip, progsize=256)
        _littlefs = vfs.VfsLfs2(_chip, progsize=256, mtime=False)
    vfs.umount("/")
    vfs.mount(_littlefs, "/")
    os.chdir("/")
else:
    os.chdir(_store)
sys.path[:] = ["", ".frozen", "/lib"]
sys.argv[:] = ["main.py", "."]
sys.stdout.write("\x16")  # from now on it listens, and whatever comes may stop it here
for _name in ("boot.py", "main.py") if _mode == "program" else ("boot.py",):
    try:
        with open(_name) as _opened:
            _text = _opened.read()
    except OSError:
        continue
    try:
        exec(_text, globals())
    except SystemExit:
        sys.stdout.write("\x17")  # a board starts anew
    except BaseException as _error:  # noqa: BLE001 - a board shows whatever its program raised
        sys.print_exception(_error)
