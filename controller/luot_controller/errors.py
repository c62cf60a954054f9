"""Everything that can go wrong outside the queue's own rules, each with a stable code and what to do next.

    Exception
      LuotError                 code, exit_code, subject, hint
        UsageProblem            exit 2: the caller can mend it
          SiteFileInvalid       key, value, allowed, line
          DataFolderMissing     the folder has no office in it
        OfficeUnreachable       exit 3: broker or controller does not answer (transient)
        AccessRefused           exit 3: the broker knows us not, or the password is wrong (fatal)
        TimedOut                exit 4: no answer within the limit (transient)
        CommandRefused          exit 1: refusal: the office does not do it now, and changed nothing
        OfficeRunning           exit 1: another controller owns this data folder (fatal)
        BrokerFailed            exit 1: no broker program, or it stopped (fatal)
        StoreFailed             exit 1: the ledger cannot be read or written (fatal for the process, not for the data)
          LedgerNewer           a newer program has written it
          LedgerOlder           an older program has written it, and it may only be read

Texts are English here; a screen may choose another by `code`.
"""

from enum import IntEnum


class ExitCode(IntEnum):
    """What the shell sees."""

    OK = 0
    FAILED = 1
    USAGE = 2
    CANNOT_CONNECT = 3
    TIMED_OUT = 4
    INTERRUPTED = 130


class LuotError(Exception):
    """The root; `subject` says what it is about, `hint` what to do next."""

    code = "failed"
    exit_code = ExitCode.FAILED

    def __init__(self, subject: str, hint: str = "") -> None:
        super().__init__(subject if not hint else f"{subject}\n{hint}")
        self.subject = subject
        self.hint = hint


class UsageProblem(LuotError):
    """Raised when what the caller gave cannot be used."""

    code = "usage"
    exit_code = ExitCode.USAGE


class SiteFileInvalid(UsageProblem):
    """Raised for a site file that names an unknown key, or a value that is not allowed."""

    code = "site_file.invalid"

    def __init__(self, path: str, key: str, value: object, allowed: str, line: int | None = None) -> None:
        where = path if line is None else f"{path}, line {line}"
        super().__init__(f"{where}: {key} = {value!r}: {allowed}", "Mend this line of the site file and try again.")
        self.key = key
        self.value = value
        self.allowed = allowed
        self.line = line


class DataFolderMissing(UsageProblem):
    """Raised when a command is pointed at a folder in which no office has ever run."""

    code = "data_folder.missing"


class OfficeUnreachable(LuotError):
    """Raised when the broker or the controller does not answer; trying again later may help."""

    code = "office.unreachable"
    exit_code = ExitCode.CANNOT_CONNECT


class AccessRefused(LuotError):
    """Raised when the broker refuses our name or password."""

    code = "access.refused"
    exit_code = ExitCode.CANNOT_CONNECT


class TimedOut(LuotError):
    """Raised when an answer did not come within its limit."""

    code = "timed_out"
    exit_code = ExitCode.TIMED_OUT


class CommandRefused(LuotError):
    """Raised when the office refuses a command; `refusal` is its code, as in docs/states.md."""

    code = "command.refused"

    def __init__(self, refusal: str, subject: str, hint: str) -> None:
        super().__init__(subject, hint)
        self.refusal = refusal


class OfficeRunning(LuotError):
    """Raised by a second controller on the same data."""

    code = "office.running"


class BrokerFailed(LuotError):
    """Raised when the embedded broker cannot be started or has stopped."""

    code = "broker.failed"


class StoreFailed(LuotError):
    """Raised when the ledger cannot be read or written; nothing that was committed is lost."""

    code = "store.failed"


class LedgerNewer(StoreFailed):
    """Raised for a ledger with a schema that this program does not know yet."""

    code = "store.newer"


class LedgerOlder(StoreFailed):
    """Raised when a ledger is to be read whose schema an office must bring up to date first."""

    code = "store.older"
