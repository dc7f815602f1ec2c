"""docs/performance.md and its chart, from what one run measured."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from tests.support.template import ROOT

DOCUMENT = ROOT / "docs/performance.md"
CHART = ROOT / "docs/performance.svg"
PEERS = {"Django": (0.89, 1.32), "Chalice": (1.03, 1.28), "Flask": (1.60, 2.01), "FastAPI": (2.29, 2.44)}
"""First profile and first login of frameworks that do the same work, as multiples of the bare client (measured once on
another machine, on a local SQLite file without network; the hash is left out of the login)."""

PROFILE, LOGIN, REGISTER = "GET /api/profile", "POST /api/login", "POST /api/registrations"
STEP_NAMES = {
    "naive": "as a plain build has it: no bytecode, everything imported, all data of botocore",
    "bytecode": "with bytecode",
    "imports": "with imports by route",
    "": "with trimmed data of botocore: as it is",
}


@dataclass(frozen=True, slots=True)
class Figures:
    """Medians of one run.

    Args:
        medians: ``first`` (seconds from the first import to the first answer), ``cpu`` and ``wall`` (seconds of a warm
            call), by kind of start.
        beside: medians of what was measured right beside the bare client: ``first`` and ``warm`` as its multiples,
            ``beside`` (processor seconds of a warm call without its hash) and ``left`` (without its calls to AWS, too),
            by journey that has a budget.
        steps: journeys that were measured before each of the big steps, too.
        journeys: all of them.
        rounds: how often each was started that has a budget, how often the others were, and how often the first were
            beside the bare client.
    """

    medians: Mapping[str, Mapping[str, float]]
    beside: Mapping[str, Mapping[str, float]]
    steps: Sequence[str]
    journeys: Sequence[str]
    rounds: tuple[int, int, int]

    @property
    def hash(self) -> float:
        """Seconds of one password hash."""
        return self.medians["hash"]["wall"]

    def first(self, name: str) -> float:
        """Return seconds until the first answer; that of a login without its hash."""
        return self.medians[name]["first"] - (self.hash if name.startswith(LOGIN) else 0)

    def ratio(self, name: str) -> float:
        """Return the time until the first answer as a multiple of the bare client's, by medians of the whole run."""
        return self.first(name) / self.medians["bare"]["first"]

    def budgets(self) -> Iterator[tuple[str, float, float, float, str]]:
        """Yield name, figure, budget, aim and unit."""
        yield "first profile ÷ bare client", self.beside[PROFILE]["first"], 1.25, 0.9, ""
        yield "first login ÷ bare client, without the hash", self.beside[LOGIN]["first"], 1.4, 1.0, ""
        yield "first registration ÷ bare client", self.beside[REGISTER]["first"], 2.2, 1.5, ""
        yield "warm profile ÷ bare `get_item`, processor time", self.beside[PROFILE]["warm"], 1.5, 1.2, ""
        left = self.beside[LOGIN]["left"] * 1000
        yield "warm login − hash − its calls to AWS, processor time", left, 2.0, 1.0, " ms"

    def warm(self, name: str) -> float:
        """Return milliseconds of processor time of one warm call."""
        return self.medians[name]["cpu"] * 1000

    def lines(self) -> Iterator[str]:
        """Yield budgets and figures in words."""
        for name, figure, budget, aim, unit in self.budgets():
            told = "OVER" if figure > budget else "within the aim" if figure <= aim else "within the budget"
            yield f"{name}: {figure:.2f}{unit} (budget {budget}{unit}, aim {aim}{unit}): {told}"


def write_report(figures: Figures, day: date, size: tuple[int, int]) -> None:
    """Write the document and its chart."""
    CHART.write_text(chart(figures), encoding="utf-8")
    DOCUMENT.write_text("\n".join(document(figures, day, size)) + "\n", encoding="utf-8")


def document(figures: Figures, day: date, size: tuple[int, int]) -> Iterator[str]:
    """Yield the lines of the document."""
    bare = figures.medians["bare"]["first"]
    yield "# Performance\n"
    yield (
        f"Written by `make bench` on {day.isoformat()}: medians of {figures.rounds[0]} starts of each kind ("
        f"{figures.rounds[1]} of routes without a budget), in turn; budgets by {figures.rounds[2]} starts "
        "between two bare clients each, as the median of these ratios; on what `sam build` makes (native wheels). "
        "Read ratios, not milliseconds: machines differ. A start is a fresh process with a warm page cache, from its "
        "first import to its first answer; AWS is a local server that gives "
        f'recorded answers. The bare client is `import boto3; boto3.client("dynamodb")` ({bare * 1000:.0f} ms here), '
        f"what everybody pays; one password hash takes {figures.hash * 1000:.0f} ms. The layer has {size[0]} MiB in "
        f"{size[1]} files.\n"
    )
    yield "## Budgets\n"
    yield "| figure | measured | budget | aim |\n| --- | ---: | ---: | ---: |"
    for name, figure, budget, aim, unit in figures.budgets():
        yield f"| {name} | {figure:.2f}{unit} | {budget}{unit} | {aim}{unit} |"
    beside = figures.beside[LOGIN]["beside"] * 1000
    calls = beside - figures.beside[LOGIN]["left"] * 1000
    yield (
        f"\nA warm login takes {beside:.1f} ms of processor time beside its hash. Its calls to AWS, "
        f"from boto3 down, take {calls:.1f} ms of them and are left out above: those that the budget was measured "
        "against asked a local file. A warm profile makes one call, a `batch_get_item` of two items, which alone takes "
        f"{figures.warm(f'calls of {PROFILE}') / figures.warm('bare'):.2f} times the bare `get_item`."
    )
    yield "\n![First answers as multiples of the bare client](performance.svg)\n"
    yield "## The three big steps\n"
    yield "Milliseconds until the first answer (a login without its hash), and as multiples of the bare client.\n"
    yield "| | " + " | ".join(f"`{name}`" for name in figures.steps) + " |"
    yield "| --- |" + " ---: |" * len(figures.steps)
    for step, words in STEP_NAMES.items():
        names = [f"{name} | {step}" if step else name for name in figures.steps]
        cells = [f"{figures.first(name) * 1000:.0f} ({figures.ratio(name):.2f})" for name in names]
        yield f"| {words} | {' | '.join(cells)} |"
    restored = ", ".join(f"`{name}` {figures.first(f'{name} | restored') * 1000:.0f} ms" for name in figures.steps)
    before, after = (figures.medians[name]["first"] * 1000 for name in ("roots | whole", "roots"))
    yield (
        f"\nBeside these: before its first connection a client reads the roots it trusts, in {after:.1f} ms instead of "
        f"{before:.1f} (the starts here use no TLS). With `SnapStart=true`, from the first instruction of a copy to "
        f"its first answer, without what Lambda takes to restore it: {restored}.\n"
    )
    yield "## Peers\n"
    yield (
        "Frameworks on the same work (register, verify, log in, profile), as multiples of the bare client, measured "
        "once on another machine against a local SQLite file without network, which flatters them.\n"
    )
    yield "| | first profile | first login, without the hash |\n| --- | ---: | ---: |"
    for name, (profile, login) in PEERS.items():
        yield f"| {name} | {profile:.2f} | {login:.2f} |"
    yield f"| this portal | {figures.beside[PROFILE]['first']:.2f} | {figures.beside[LOGIN]['first']:.2f} |"
    yield "\n## Every route\n"
    yield "| route | first answer, ms | ÷ bare client | warm, ms | warm, processor ms |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    for name in figures.journeys:
        one = figures.medians[name]
        yield (
            f"| `{name}` | {one['first'] * 1000:.0f} | {one['first'] / bare:.2f} "
            f"| {one['wall'] * 1000:.1f} | {one['cpu'] * 1000:.1f} |"
        )


def chart(figures: Figures) -> str:
    """Return the chart: one bar for each peer and each of ours, all beside the bare client."""
    bars = [(f"{name}, profile", profile, "peer") for name, (profile, _) in PEERS.items()]
    bars += [("this portal, profile", figures.beside[PROFILE]["first"], "own")]
    bars += [(f"{name}, login", login, "peer") for name, (_, login) in PEERS.items()]
    bars += [("this portal, login", figures.beside[LOGIN]["first"], "own")]
    height, left, scale = 26, 190, 150
    longest = max(value for _, value, _ in bars)
    width = left + round(longest * scale) + 60
    rows = []
    for place, (name, value, kind) in enumerate(bars):
        y = 34 + place * height + (10 if place >= len(bars) // 2 else 0)
        rows.append(
            f'<text x="{left - 8}" y="{y + 14}" text-anchor="end">{escape(name)}</text>'
            f'<rect class="{kind}" x="{left}" y="{y}" width="{round(value * scale)}" height="{height - 7}"/>'
            f'<text x="{left + round(value * scale) + 6}" y="{y + 14}">{value:.2f}</text>'
        )
    total = 34 + len(bars) * height + 20
    line = left + scale
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {total}" role="img" '
        'aria-label="Time until the first answer, as multiples of the bare client">\n'
        "<style>text{font:13px system-ui,sans-serif;fill:#333}.peer{fill:#9aa5b1}.own{fill:#1f5fa8}"
        ".one{stroke:#333;stroke-dasharray:4 3}"
        "@media (prefers-color-scheme:dark){text{fill:#ddd}.one{stroke:#ddd}.own{fill:#6aa7ee}}</style>\n"
        f'<text x="{left}" y="16">time until the first answer ÷ bare client</text>\n'
        f'<line class="one" x1="{line}" y1="24" x2="{line}" y2="{total - 12}"/>\n' + "\n".join(rows) + "\n</svg>\n"
    )
