"""A stand-in for the loader in an ESP's ROM, on a TCP port of loopback: takes flash as its documented protocol says.

Source: Espressif's "Serial Protocol" and "Firmware Image Format" (esptool documentation). It takes the flasher stub
that esptool sends into its memory, too, and then answers as that does. Knows nothing of Luot.
"""

import hashlib
import socket
import struct
import threading
import zlib
from collections.abc import Iterator
from functools import reduce
from operator import xor

END, ESCAPE = 0xC0, 0xDB
ESCAPED = {0xDC: END, 0xDD: ESCAPE}

FLASH_BEGIN, FLASH_DATA, MEM_END, SYNC, READ_REG = 0x02, 0x03, 0x06, 0x08, 0x0A
DEFLATED_BEGIN, DEFLATED_DATA, FLASH_MD5, SECURITY_INFO = 0x10, 0x11, 0x13, 0x14

MAGIC_AT, MAGIC = 0x40001000, {"esp32": 0x00F01D83, "esp32s3": 0x9}
CHIP_IDS = {"esp32": 0, "esp32s3": 9}
FLASH_ID_AT = {"esp32": 0x3FF42080, "esp32s3": 0x60002058}
"""Where the answer of the flash chip stands: word 0 of its SPI controller."""
FLASH_ID = 0x1640EF
"""4 MB."""
FLASH_BYTES = 4 << 20
CHECKSUM_SEED = 0xEF
UNKNOWN, BAD_DATA = 5, 7
SYNC_ANSWERS = 8


class RomLoader:
    """One chip, at `address` for pyserial; `flash` is what is in its flash.

    It hangs up for good once `cut_after` blocks of flash have come; no `chip`: it never answers.
    """

    def __init__(self, chip: str | None, cut_after: int | None = None) -> None:
        self.flash = bytearray(b"\xff" * FLASH_BYTES)
        self.commands: list[int] = []
        self._chip = chip
        self._left = cut_after
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = "socket://{}:{}".format(*self._listener.getsockname())
        self._peer: socket.socket | None = None
        self._thread = threading.Thread(target=self._serve)

    def mend(self) -> None:
        """Plug the cable in again."""
        self._left = None

    def __enter__(self) -> "RomLoader":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        if self._peer is not None:
            self._peer.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            with peer:
                self._peer = peer
                self._is_stub = False
                try:
                    for packet in _packets(peer):
                        if self._chip is not None and len(packet) >= 8 and packet[0] == 0:
                            self._obey(peer, packet)
                except OSError:
                    continue

    def _obey(self, peer: socket.socket, packet: bytes) -> None:
        command, value, data = packet[1], struct.unpack_from("<I", packet, 4)[0], packet[8:]
        self.commands.append(command)
        status, answer, found = 0, b"", 0
        if command == SYNC:
            found = 0 if self._is_stub else 0x20120707
        elif command == READ_REG:
            found = self._register(struct.unpack("<I", data)[0])
        elif command == SECURITY_INFO and self._chip == "esp32":
            status = UNKNOWN
        elif command == SECURITY_INFO:
            answer = struct.pack("<I8BII", 0, *bytes(8), CHIP_IDS[self._chip or ""], 0)
        elif command in (FLASH_BEGIN, DEFLATED_BEGIN):
            _, _, _, self._at = struct.unpack_from("<4I", data)
            self._inflating = zlib.decompressobj() if command == DEFLATED_BEGIN else None
        elif command in (FLASH_DATA, DEFLATED_DATA):
            status = self._write(data[16:], value)
        elif command == FLASH_MD5:
            at, size = struct.unpack_from("<2I", data)
            digest = hashlib.md5(self.flash[at : at + size])
            answer = digest.digest() if self._is_stub else digest.hexdigest().encode()
        for _ in range(SYNC_ANSWERS if command == SYNC else 1):
            ending = bytes((status != 0, status)) if self._is_stub else bytes((status != 0, status, 0, 0))
            head = struct.pack("<BBHI", 1, command, len(answer) + len(ending), found)
            peer.sendall(_framed(head + answer + ending))
        if command == MEM_END:
            self._is_stub = True
            peer.sendall(_framed(b"OHAI"))

    def _register(self, at: int) -> int:
        chip = self._chip or ""
        return {MAGIC_AT: MAGIC[chip], FLASH_ID_AT[chip]: FLASH_ID}.get(at, 0)

    def _write(self, block: bytes, checksum: int) -> int:
        if self._left is not None:
            self._left -= 1
            if self._left < 0:
                raise OSError("the cable is pulled")
        if reduce(xor, block, CHECKSUM_SEED) != checksum:
            return BAD_DATA
        data = block if self._inflating is None else self._inflating.decompress(block)
        self.flash[self._at : self._at + len(data)] = data
        self._at += len(data)
        return 0


def _packets(peer: socket.socket) -> Iterator[bytes]:
    """What stands between two marks, unescaped (SLIP, RFC 1055)."""
    packet = bytearray()
    is_escaped = False
    while data := peer.recv(65_536):
        for byte in data:
            if byte == END:
                if packet:
                    yield bytes(packet)
                packet.clear()
            elif is_escaped:
                packet.append(ESCAPED.get(byte, byte))
                is_escaped = False
            elif byte == ESCAPE:
                is_escaped = True
            else:
                packet.append(byte)


def _framed(packet: bytes) -> bytes:
    body = packet.replace(b"\xdb", b"\xdb\xdd").replace(b"\xc0", b"\xdb\xdc")
    return b"\xc0" + body + b"\xc0"
