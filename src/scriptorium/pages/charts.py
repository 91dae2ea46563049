"""Where the parts of a chart lie: numbers for an SVG, worked out here so that templates only draw.

Every chart has a title and a sentence that says what it shows; its table stands under it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 640, 240
LEFT, RIGHT, TOP, BOTTOM = 44, 12, 14, 34
MOST_BARS = 20


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the grid with what it stands for; for the upright axis ``at`` is y."""

    at: float
    words: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar with the words that a pointer shows."""

    x: float
    y: float
    width: float
    height: float
    words: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Dot:
    """One point with the words that a pointer shows."""

    x: float
    y: float
    words: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line through points, with its name at the right end."""

    points: str
    name: str
    name_y: float
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything that the template draws.

    Arguments:
        marks: upright lines with words, such as the pass mark.
    """

    name: str
    title: str
    about: str
    across: str
    upright: str
    bars: tuple[Bar, ...] = ()
    dots: tuple[Dot, ...] = ()
    lines: tuple[Line, ...] = ()
    columns: tuple[Tick, ...] = ()
    rows: tuple[Tick, ...] = ()
    marks: tuple[Tick, ...] = ()
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


@dataclass(frozen=True, slots=True)
class Bin:
    """So many people with a score from ``low`` to ``high``."""

    low: int
    high: int
    count: int

    @property
    def words(self) -> str:
        """The scores of the bin."""
        return str(self.low) if self.low == self.high else f"{self.low} to {self.high}"


def bins(*, scores: Mapping[int, int], cut: int) -> list[Bin]:
    """Return scores in at most twenty even steps; the cut begins one of them."""
    if not scores:
        return []
    low, high = min(scores), max(scores)
    step = -(-(high - low + 1) // MOST_BARS)
    start = cut - -(-(cut - low) // step) * step
    found = []
    while start <= high:
        inside = range(start, start + step)
        found.append(Bin(max(0, start), start + step - 1, sum(scores.get(s, 0) for s in inside)))
        start += step
    return found


def _round(number: float) -> float:
    return round(number, 1)


def _grid(most: int) -> list[int]:
    """Return whole steps from 0 to at least ``most``, four or five of them."""
    step = max(1, most)
    for size in (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 2500, 5000, 10_000):
        if size * 4 >= most:
            step = size
            break
    return list(range(0, -(-most // step) * step + 1, step))


def score_chart(*, name: str, title: str, scores: Mapping[int, int], cut: int) -> Chart:
    """Return how many people had which score, with the pass mark."""
    parts = bins(scores=scores, cut=cut)
    grid = _grid(max((part.count for part in parts), default=1))
    tall, wide = HEIGHT - TOP - BOTTOM, WIDTH - LEFT - RIGHT
    each = wide / max(1, len(parts))
    bars, columns = [], []
    mark: tuple[Tick, ...] = ()
    for place, part in enumerate(parts):
        height = part.count / grid[-1] * tall
        x = LEFT + place * each
        passed = part.low >= cut
        bars.append(
            Bar(
                _round(x + 1), _round(TOP + tall - height), _round(each - 2), _round(height),
                f"{part.words}: {part.count}", "good" if passed else "",
            )
        )  # fmt: skip
        if place % max(1, len(parts) // 10) == 0:
            columns.append(Tick(_round(x + each / 2), str(part.low)))
        if part.low == cut:
            mark = (Tick(_round(x), f"passes from {cut}"),)
    return Chart(
        name=name,
        title=title,
        about=f"{sum(scores.values())} people by score; {cut} points pass.",
        across="Score",
        upright="People",
        bars=tuple(bars),
        columns=tuple(columns),
        rows=tuple(Tick(_round(TOP + tall - n / grid[-1] * tall), str(n)) for n in grid),
        marks=mark,
    )


def share_chart(*, name: str, title: str, about: str, shares: Sequence[tuple[str, float]]) -> Chart:
    """Return lying bars, one a thing, from nothing to everybody.

    Arguments:
        shares: (name of the thing, share of 1).
    """
    left, step = 290, 26
    height = TOP + step * len(shares) + BOTTOM
    wide = WIDTH - left - RIGHT
    bars = tuple(
        Bar(left, TOP + place * step + 5, _round(share * wide), step - 10, f"{words}: {share:.0%}")
        for place, (words, share) in enumerate(shares)
    )
    return Chart(
        name=name,
        title=title,
        about=about,
        across="Share",
        upright="",
        bars=bars,
        columns=tuple(Tick(_round(left + n / 4 * wide), f"{n * 25} %") for n in range(5)),
        rows=tuple(
            Tick(TOP + place * step + step / 2, words) for place, (words, _) in enumerate(shares)
        ),
        height=height,
        left=left,
        bottom=height - BOTTOM,
    )


def item_chart(*, name: str, title: str, items: Iterable[tuple[str, float, float, bool]]) -> Chart:
    """Return items by difficulty and discrimination.

    Arguments:
        items: (code, p, discrimination, whether something is to be looked at).
    """
    tall, wide = HEIGHT - TOP - BOTTOM, WIDTH - LEFT - RIGHT
    low, high = -0.4, 1.0

    def upright(value: float) -> float:
        clipped = min(high, max(low, value))
        return _round(TOP + (high - clipped) / (high - low) * tall)

    dots = tuple(
        Dot(
            _round(LEFT + p * wide), upright(r), f"{code}: p {p:.2f}, discrimination {r:.2f}",
            "now" if flagged else "",
        )
        for code, p, r, flagged in items
    )  # fmt: skip
    flagged = sum(dot.tone == "now" for dot in dots)
    return Chart(
        name=name,
        title=title,
        about=f"{len(dots)} items; {flagged} with a flag, drawn as squares.",
        across="Difficulty p: share that solved it",
        upright="Discrimination",
        dots=dots,
        columns=tuple(Tick(_round(LEFT + n / 4 * wide), f"{n / 4:.2f}") for n in range(5)),
        rows=tuple(Tick(upright(n / 5), f"{n / 5:.1f}") for n in range(-2, 6)),
    )


def option_chart(
    *, name: str, title: str, options: Sequence[tuple[str, bool, Sequence[float | None]]]
) -> Chart:
    """Return who chose each option, from the weakest fifth to the best.

    Arguments:
        options: (letter, whether it is the key, share in each fifth).
    """
    tall, wide = HEIGHT - TOP - BOTTOM, WIDTH - LEFT - RIGHT - 30
    lines = []
    for letter, key, shares in options:
        known = [(place, share) for place, share in enumerate(shares) if share is not None]
        if not known:
            continue
        spots = [
            (_round(LEFT + place / 4 * wide), _round(TOP + (1 - share) * tall))
            for place, share in known
        ]
        lines.append(
            Line(
                " ".join(f"{x},{y}" for x, y in spots), letter + (" ✓" if key else ""),
                spots[-1][1], "good" if key else "",
            )
        )  # fmt: skip
    return Chart(
        name=name,
        title=title,
        about="Share that chose each option in each fifth of the people by score. The key has a ✓.",
        across="Fifth of the people, the weakest first",
        upright="Share",
        lines=tuple(_apart(lines)),
        columns=tuple(Tick(_round(LEFT + n / 4 * wide), str(n + 1)) for n in range(5)),
        rows=tuple(Tick(_round(TOP + (1 - n / 4) * tall), f"{n * 25} %") for n in range(5)),
        right=WIDTH - RIGHT - 30,
    )


@dataclass(frozen=True, slots=True)
class Month:
    """One month of a chart of months.

    Arguments:
        label: such as "Nov 26".
        parts: (value, words, tone) of the bar's parts, the lowest first.
        line: the value of the line that crosses the bars, or None where it has none.
    """

    label: str
    parts: tuple[tuple[int, str, str], ...]
    line: int | None = None


def _steps(most: int) -> list[int]:
    """Return 1, 2 or 5 times a power of ten from 0 on, at most four steps to ``most``."""
    size = 1
    while size * 4 < most:
        size = size * 5 // 2 if str(size).startswith("2") else size * 2
    return list(range(0, -(-max(most, 1) // size) * size + 1, size))


def month_chart(
    *,
    name: str,
    title: str,
    about: str,
    upright: str,
    months: Sequence[Month],
    line_name: str = "",
    now: str = "",
) -> Chart:
    """Return months as bars of parts, and one line across them.

    Arguments:
        line_name: what the line is; stands at its right end.
        now: label of the month in which today lies; it gets a mark.
    """
    totals = [sum(max(0, part[0]) for part in month.parts) for month in months]
    most = max([*totals, *(month.line or 0 for month in months)], default=1)
    # The words of the mark stand above the bars.
    grid = _steps(most * 6 // 5 if now else most)
    left, right = LEFT + 16, WIDTH - (RIGHT + 60 if line_name else RIGHT)
    tall, each = HEIGHT - TOP - BOTTOM, (right - left) / max(1, len(months))
    bars: list[Bar] = []
    spots: list[tuple[float, float]] = []
    for place, month in enumerate(months):
        x, y = left + place * each, float(HEIGHT - BOTTOM)
        for value, words, tone in month.parts:
            height = max(0, value) / grid[-1] * tall
            y -= height
            bars.append(
                Bar(_round(x + 1), _round(y), _round(each - 2), _round(height), words, tone)
            )
        if month.line is not None:
            high = TOP + tall - max(0, month.line) / grid[-1] * tall
            spots.append((_round(x + each / 2), _round(high)))
    skip = -(-len(months) // 8)
    points = " ".join(f"{x},{y}" for x, y in spots)
    return Chart(
        name=name,
        title=title,
        about=about,
        across="Month",
        upright=upright,
        bars=tuple(bars),
        lines=(Line(points, line_name, spots[-1][1], "good"),) if spots else (),
        columns=tuple(
            Tick(_round(left + (place + 0.5) * each), month.label)
            for place, month in enumerate(months)
            if place % skip == 0
        ),
        rows=tuple(Tick(_round(TOP + tall - n / grid[-1] * tall), f"{n:,}") for n in grid),
        marks=tuple(
            Tick(_round(left + place * each), "today")
            for place, month in enumerate(months)
            if month.label == now
        ),
        left=left,
        right=right,
    )


def _apart(lines: list[Line]) -> list[Line]:
    """Move the names of lines that end close together, so that each can be read."""
    found: list[Line] = []
    last = -100.0
    for line in sorted(lines, key=lambda one: one.name_y):
        last = max(line.name_y, last + 13)
        found.append(Line(line.points, line.name, _round(last), line.tone))
    return found
