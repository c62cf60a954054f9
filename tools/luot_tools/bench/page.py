"""The page docs/performance.md, made of readings and nothing else. Measures nothing."""

from luot_tools.bench.figures import FIGURES, Readings
from luot_tools.bench.table import as_markdown

_PAGE = """\
# Performance

Figures of an office, its broker and a reader, all of them real, on one machine. They are measured, and this page is
written, by

```
make bench ARGS='--markdown docs/performance.md'
```

in some minutes. `luot bench` alone prints the same table; `--only NAME` measures one figure, `--quick` shows in a
minute that everything can be measured, `--json` and the file bench.json are for programs, and
`luot bench --from bench.json --markdown docs/performance.md` writes this page without measuring. The exit code is 1
when a figure misses what it must reach.

Beside each figure stands a naive baseline, measured in the same run, so that the ratio of the two says something where
a machine is slower, or busy. The naive prototype is what one would write first: a callback of the paho client that
verifies one tap, commits it, and publishes its receipt and the board. Load generator, broker and office share the
machine.

{table}
Measured on {machine}.

## What they mean

{meanings}"""


def as_page(readings: Readings, machine: str) -> str:
    """The page for these readings; `machine` is what they were measured on, see `table.machine`."""
    measured = [figure for figure in FIGURES if figure.name in readings]
    texts: dict[str, list[str]] = {}
    for figure in measured:
        texts.setdefault(figure.means, []).append(f"`{figure.name}`")
    meanings = "".join(f"- {', '.join(names)}: {text}\n" for text, names in texts.items())
    return _PAGE.format(table=as_markdown(readings), machine=machine, meanings=meanings)
