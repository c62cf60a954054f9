"""The readings as a table for people, as Markdown for the documentation, and as JSON for programs. Measures nothing."""

import json
import os
import platform
from collections.abc import Iterable, Sequence

from luot_controller.errors import UsageProblem
from luot_tools.bench.figures import BY_NAME, FIGURES, Figure, Reading, Readings

_HEAD = ("figure", "value", "unit", "must", "aim", "", "baseline", "which is")


def as_json(readings: Readings) -> str:
    """Name to value, unit, better, must, aim and baseline."""
    flat = {
        name: {
            "value": reading.value,
            "unit": BY_NAME[name].unit,
            "better": BY_NAME[name].better,
            "must": BY_NAME[name].must,
            "aim": BY_NAME[name].aim,
            "baseline": reading.baseline,
        }
        for name, reading in readings.items()
    }
    return json.dumps(flat, indent=2) + "\n"


def from_json(text: str) -> Readings:
    """The readings of what `as_json` wrote; a UsageProblem for anything else."""
    try:
        rows = json.loads(text).items()
        return {name: Reading(row["value"], row["baseline"]) for name, row in rows if name in BY_NAME}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise UsageProblem(f"not figures of luot bench: {error!r}", "Measure them: luot bench") from None


def missed(readings: Readings) -> list[str]:
    """One line for each figure that is on the wrong side of its must."""
    return [
        f"{figure.name} is {_number(readings[figure.name].value)} {figure.unit}".rstrip()
        + f", it must be {'at most' if figure.better == 'lower' else 'at least'} {_number(figure.must)}"
        for figure in FIGURES
        if figure.name in readings and figure.misses(readings[figure.name].value)
    ]


def as_text(readings: Readings) -> str:
    """Columns of a fixed width; MISSES marks what is on the wrong side of its must."""
    rows = [_HEAD, *_rows(readings)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    numbers = {1, 3, 4, 6}
    lines = [
        "  ".join(
            cell.rjust(width) if column in numbers else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return "\n".join(lines) + "\n"


def as_markdown(readings: Readings) -> str:
    """The same as a table of Markdown, each figure with its words."""
    head = ("figure", "name", "value", "must", "aim", "", "baseline")
    rows = [
        (
            BY_NAME[name].says,
            f"`{name}`",
            f"{_number(reading.value)} {BY_NAME[name].unit}".strip(),
            _number(BY_NAME[name].must),
            _number(BY_NAME[name].aim),
            _mark(BY_NAME[name], reading.value),
            f"{_number(reading.baseline)} ({BY_NAME[name].against})" if reading.baseline is not None else "",
        )
        for name, reading in _in_order(readings)
    ]
    return "\n".join(_bar(row) for row in (head, ("---",) * len(head), *rows)) + "\n"


def machine(load: float | None = None) -> str:
    """What it was measured on, in general terms; `load` is how many programs wanted a core at the end."""
    gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), {gib:.0f} GiB of memory, {platform.system()}, "
        f"CPython {platform.python_version()}" + ("" if load is None else f", load {load:.1f} at the end")
    )


def _rows(readings: Readings) -> Iterable[Sequence[str]]:
    for name, reading in _in_order(readings):
        figure = BY_NAME[name]
        yield (
            name,
            _number(reading.value),
            figure.unit,
            _number(figure.must),
            _number(figure.aim),
            _mark(figure, reading.value),
            _number(reading.baseline),
            figure.against if reading.baseline is not None else "",
        )


def _in_order(readings: Readings) -> Iterable[tuple[str, Reading]]:
    return ((figure.name, readings[figure.name]) for figure in FIGURES if figure.name in readings)


def _mark(figure: Figure, value: float) -> str:
    if figure.misses(value):
        return "MISSES"
    # By the figure that is shown, so that a row does not contradict itself; what must be reached is judged exactly.
    shown = float(_number(value).replace(",", ""))
    return "aim reached" if figure.reaches_aim(shown) else ""


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"


def _bar(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
