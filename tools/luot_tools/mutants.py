"""Changes the order and the transitions in hundreds of small ways, and counts what the tests notice; changes no source.

`python -m luot_tools.mutants` has mutmut do it with a copy in build/mutants, as `[tool.mutmut]` in pyproject.toml says:
each function is changed in one place at a time, and tests of the engine are run. It fails when fewer than LEAST_KILLED
are noticed; docs/proofs.md explains those that are not.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "build" / "mutants"

LEAST_KILLED = 0.85

_MUTMUT = Path(sys.executable).with_name("mutmut")
_FOUND = FOLDER / "mutants" / "mutmut-cicd-stats.json"


def main() -> int:
    """Copy, change, count, and show what was not noticed; the exit code."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    # mutmut names a function by its path from where it runs: the package has to lie there.
    for source in ("controller/luot_controller", "tests"):
        shutil.copytree(ROOT / source, FOLDER / Path(source).name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", FOLDER)
    _run("run")
    _run("export-cicd-stats")
    for name in survivors(_run("results")):
        print("\n".join(changes(_run("show", name))))
    words, is_enough = verdict(json.loads(_FOUND.read_text(encoding="utf-8")))
    print(words)
    return 0 if is_enough else 1


def survivors(results: str) -> list[str]:
    """The mutants that no test noticed, from what `mutmut results` prints."""
    lines = (line.strip().partition(": ") for line in results.splitlines())
    return [name for name, _, found in lines if found not in ("", "timeout")]


def changes(diff: str) -> list[str]:
    """Name of the function, line before and line after, from what `mutmut show` prints."""
    lines = diff.splitlines()
    name = next(line for line in lines if line.startswith("# "))[2:]
    return [name, *(line for line in lines if line[:1] in ("-", "+") and line[:3] not in ("---", "+++"))]


def verdict(found: dict[str, int]) -> tuple[str, bool]:
    """What is to be said of mutmut's counts, and whether it is enough; a mutant that hangs the tests is noticed."""
    killed, total = found["killed"] + found["timeout"], found["total"]
    share = killed / total if total else 0.0
    return (
        f"mutants: {killed} of {total} noticed, {share:.1%}; at least {LEAST_KILLED:.0%} must be",
        share >= LEAST_KILLED,
    )


def _run(*said: str) -> str:
    """What a mutmut command prints; its progress is kept beside the copy."""
    done = subprocess.run([_MUTMUT, *said], cwd=FOLDER, capture_output=True, text=True, check=False)
    (FOLDER / "mutmut.log").write_text(done.stdout + done.stderr, encoding="utf-8")
    if done.returncode:
        raise SystemExit(f"mutmut {' '.join(said)} failed:\n{done.stdout[-3_000:]}{done.stderr[-3_000:]}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
