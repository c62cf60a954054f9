"""One port, opened again after every trouble, for ever, on a thread of its own. Reads no line."""

import threading
from collections.abc import Callable

from luot_controller.errors import LuotError
from luot_tools.device.bridge.office import Office
from luot_tools.device.bridge.row import CLOSED, LOST, SILENT, Row
from luot_tools.device.bridge.talk import Name, Talk
from luot_tools.serial.errors import PortMissing
from luot_tools.serial.port import Port

_AGAIN_S = 0.5
"""Between two looks whether the port can be opened."""


class Cable:
    """`opens(address)` opens a port; one that `may_vanish` ends when it is no more. `row` says how it is."""

    def __init__(self, address: str, office: Office, opens: Callable[[str], Port], *, may_vanish: bool) -> None:
        self.row = Row(address)
        self._office = office
        self._opens = opens
        self._may_vanish = may_vanish
        self._newest: dict[str, Name] = {}
        self._stopping = threading.Event()
        self._telling = threading.Lock()
        self._thread = threading.Thread(target=self._run, name=f"cable {address}", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Begin to end; join() waits for it."""
        self._stopping.set()

    def join(self, within_s: float) -> None:
        """Wait for its end."""
        self._thread.join(within_s)

    @property
    def is_over(self) -> bool:
        """True after its end."""
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                port = self._opens(self.row.port)
            except LuotError as error:
                is_gone = isinstance(error, PortMissing)
                if is_gone and self._may_vanish:
                    return
                if not (is_gone and self.row.state == LOST):
                    self._fail(CLOSED, error)
                self._stopping.wait(_AGAIN_S)
                continue
            try:
                self._serve(port)
            finally:
                port.close()

    def _serve(self, port: Port) -> None:
        talk = Talk(port, self._office, self._tell, self._newest)
        self._tell(state=SILENT, reader="", problem="", hint="", heard_s=None)
        try:
            while not self._stopping.is_set():
                talk.go_on()
        except LuotError as error:
            if talk.has_reader:
                self._tell(pulled=self.row.pulled + 1)
            self._fail(LOST if talk.has_reader else CLOSED, error)
        finally:
            talk.end()

    def _fail(self, state: str, error: LuotError) -> None:
        self._tell(state=state, problem=error.subject.removeprefix(f"{self.row.port}: "), hint=error.hint)

    def _tell(self, *, taps: int = 0, receipts: int = 0, damaged: int = 0, **fields: object) -> None:
        with self._telling:
            row = self.row
            self.row = row._replace(
                taps=row.taps + taps,
                receipts=row.receipts + receipts,
                damaged=row.damaged + damaged,
                **fields,  # type: ignore[arg-type]
            )
