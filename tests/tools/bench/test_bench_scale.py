"""luot_tools.bench.scale: what the controller's own measurement says becomes figures."""

from bench_ground import ground

from luot_tools.bench.extent import QUICK
from luot_tools.bench.scale import command_cost, estimates, memory


def test_cost_and_memory() -> None:
    """Ratios are of the same run; even at a thousand people the line that is sorted again is the one that grows."""
    said: list[str] = []
    found = command_cost(ground(1), QUICK, said.append)
    ratio, cost = found["command_cost_ratio_100k"], found["command_cost_100k_us"]
    assert ratio.baseline is not None
    assert 0 < ratio.value < ratio.baseline
    assert cost.value > 0
    assert ["100 in line", "1,000 in line"] == [line.split(":")[0] for line in said]
    weight = memory(ground(1), QUICK, said.append)["rss_100k_waiting_mib"]
    assert weight.baseline is not None
    assert 5 < weight.baseline <= weight.value < 100
    assert said[-1].startswith("1,000 in line")


def test_estimates() -> None:
    """Errors in minutes of both sites, and the worse cover of the two, each beside that of the last ten waits."""
    said: list[str] = []
    found = estimates(ground(1), QUICK, said.append)
    for name in ("estimate_mae_250_min", "estimate_mae_60_min"):
        value, naive = found[name]
        assert naive is not None
        assert 0 < value < naive
    cover, naive = found["estimate_band_cover"]
    assert naive is not None
    assert 0 < naive < cover <= 1
    assert 2 == len(said)
