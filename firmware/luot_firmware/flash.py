"""The files of a reader's flash folder; the only place that opens, renames or removes them.

Never overwrites in place: a file only grows at its end, or is replaced as a whole. What a call wrote is flushed to
the medium when it returns; any OSError of the filesystem passes through.
"""

import errno
import os

_NEW = ".new"


class Flash:
    """One folder; names are plain file names in it."""

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


def _absent(error, answer):
    if error.args[0] != errno.ENOENT:
        raise error
    return answer
