"""The files of a reader's flash folder; the only place that opens, renames or removes them.

Never overwrites in place: a file only grows at its end, or is replaced as a whole. What a call wrote is on the medium
when it returns, and a loss of power leaves all of it or nothing; any OSError of the filesystem passes through.
"""

import errno
import os

NO_ROOM = (28, 36)
"""What littlefs says without room: ENOSPC, and ENAMETOOLONG where a new file's name finds none.

MicroPython's errno has no names for them.
"""

_NEW = ".new"
_PAGE_BYTES = 256

# What interrupted formatting leaves: littlefs begins in its first two blocks.
_FORMAT_BLOCKS = 2
_BLOCK_COUNT, _BLOCK_BYTES = 4, 5


class Flash:
    """One folder of any filesystem; names are plain file names in it."""

    def __init__(self, folder):
        self._prefix = folder.rstrip("/") + "/"

    def names(self):
        """The names of all files, in no order."""
        return os.listdir(self._prefix)

    def size(self, name):
        """Bytes in the file, 0 when there is none."""
        try:
            return os.stat(self._prefix + name)[6]
        except OSError as error:
            return _absent(error, 0)

    def read(self, name, at, most):
        """Up to `most` bytes from offset `at`; empty past the end, and when there is no such file."""
        try:
            with open(self._prefix + name, "rb") as file:
                file.seek(at)
                return file.read(most)
        except OSError as error:
            return _absent(error, b"")

    def append(self, name, data):
        """Add `data` to the end of the file, made if need be; after an OSError any part of it may be there."""
        self._write(name, "ab", data)

    def replace(self, name, data):
        """Make `data` the whole file: it is written under another name, then renamed, so one of both always stands."""
        self._write(name + _NEW, "wb", data)
        os.rename(self._prefix + name + _NEW, self._prefix + name)

    def remove(self, name):
        """Delete the file, if there is one."""
        try:
            os.remove(self._prefix + name)
        except OSError as error:
            _absent(error, None)

    def _write(self, name, mode, data):
        with open(self._prefix + name, mode) as file:
            file.write(data)
            file.flush()  # MicroPython: fsync on POSIX, lfs2_file_sync on littlefs


class LittleFlash(Flash):
    """A folder of a littlefs, which shows the new content of a file only once all of it is on the medium."""

    def replace(self, name, data):
        """Make `data` the whole file; one commit, where a second name takes three."""
        self._write(name, "wb", data)


def mount(device, folder):
    """The Flash of the littlefs on a block device, mounted at `folder`; a blank device is formatted first.

    Raises OSError for a device that is neither: it may hold taps that somebody can still read.
    """
    import vfs

    try:
        filesystem = vfs.VfsLfs2(device, progsize=_PAGE_BYTES, mtime=False)
    except OSError:
        if not _is_blank(device):
            raise
        vfs.VfsLfs2.mkfs(device, progsize=_PAGE_BYTES)
        filesystem = vfs.VfsLfs2(device, progsize=_PAGE_BYTES, mtime=False)
    vfs.mount(filesystem, folder)
    return LittleFlash(folder)


def _is_blank(device):
    page = bytearray(_PAGE_BYTES)
    erased = b"\xff" * _PAGE_BYTES
    for block in range(_FORMAT_BLOCKS, device.ioctl(_BLOCK_COUNT, 0)):
        for at in range(0, device.ioctl(_BLOCK_BYTES, 0), _PAGE_BYTES):
            device.readblocks(block, page, at)
            if page != erased:
                return False
    return True


def _absent(error, answer):
    if error.args[0] != errno.ENOENT:
        raise error
    return answer
