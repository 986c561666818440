"""As much of PromQL as our alerts and panels use, over two scrapes: one of before, one of now."""

import re
from collections.abc import Callable, Mapping
from math import inf, nan
from operator import add, eq, ge, gt, le, lt, mul, ne, sub, truediv
from typing import TypeAlias

Labels: TypeAlias = frozenset[tuple[str, str]]
Vector: TypeAlias = dict[Labels, float]
Value: TypeAlias = "float | Vector"
Scrapes: TypeAlias = Mapping[str, Mapping[Labels, tuple[float, float]]]
"""By sample name and labels, its value of before and of now."""

TOKEN = re.compile(
    r'\s*("[^"]*"|\d+(?:\.\d+)?[smhd]\b|\d+(?:\.\d+)?|[a-zA-Z_$][\w:]*|[=!]~|[=!<>]=|[-+*/<>=(){}\[\],])'
)
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
ARITHMETIC: Mapping[str, Callable[[float, float], float]] = {
    "+": add, "-": sub, "*": mul, "/": lambda a, b: truediv(a, b) if b else nan,
}  # fmt: skip
COMPARING: Mapping[str, Callable[[float, float], bool]] = {
    ">": gt, "<": lt, ">=": ge, "<=": le, "==": eq, "!=": ne,
}  # fmt: skip
AGGREGATES: Mapping[str, Callable[[list[float]], float]] = {"sum": sum, "max": max}
LEVELS = (("or",), ("and",), (*COMPARING,), ("+", "-"), ("*", "/"))
MATCHES: Mapping[str, Callable[[str, str], bool]] = {
    "=": lambda found, wanted: found == wanted,
    "!=": lambda found, wanted: found != wanted,
    "=~": lambda found, wanted: re.fullmatch(wanted, found) is not None,
    "!~": lambda found, wanted: re.fullmatch(wanted, found) is None,
}


class Query:
    """One expression, read and evaluated in one go. Raises ValueError where it cannot be read."""

    def __init__(self, text: str, scrapes: Scrapes | None = None, now: float = 0.0) -> None:
        self._tokens: list[str] = []
        while text.strip():
            if (found := TOKEN.match(text)) is None:
                raise ValueError(f"unreadable: {text}")
            self._tokens.append(found[1])
            text = text[found.end() :]
        self._scrapes = scrapes or {}
        self._now = now
        self.names: set[str] = set()
        """The samples that it asks for."""
        self.value = self._binary(0)
        if self._tokens:
            raise ValueError(f"left over: {self._tokens}")

    @property
    def fires(self) -> Vector:
        """What an alert on it is about: the labels and value of each."""
        assert isinstance(self.value, dict), "an alert asks for a vector"
        return self.value

    def _peek(self) -> str:
        return self._tokens[0] if self._tokens else ""

    def _take(self, wanted: str = "") -> str:
        token = self._tokens.pop(0) if self._tokens else ""
        if wanted and token != wanted:
            raise ValueError(f"{wanted} expected, not {token!r}")
        return token

    def _binary(self, level: int) -> Value:
        if level == len(LEVELS):
            return self._primary()
        left = self._binary(level + 1)
        while self._peek() in LEVELS[level]:
            left = combined(self._take(), left, self._binary(level + 1))
        return left

    def _primary(self) -> Value:
        token = self._take()
        if token == "(":
            value = self._binary(0)
            self._take(")")
            return value
        if token[0].isdigit():
            return float(token)
        if token in AGGREGATES:
            return self._aggregate(token)
        if token == "histogram_quantile":
            self._take("(")
            rank = float(self._take())
            self._take(",")
            vector = self._binary(0)
            self._take(")")
            assert isinstance(vector, dict), "buckets are a vector"
            return quantile(rank, vector)
        if token == "time":
            self._take("(")
            self._take(")")
            return self._now
        if token in ("rate", "increase", "delta"):
            self._take("(")
            grown = self._selected(self._take(), token)
            self._take(")")
            return grown
        return self._selected(token, "")

    def _aggregate(self, how: str) -> Vector:
        if (mode := self._take()) not in ("by", "without"):
            raise ValueError("say by what, or without")
        listed = self._list("(", ")")
        self._take("(")
        vector = self._binary(0)
        self._take(")")
        assert isinstance(vector, dict), "only vectors are aggregated"
        groups: dict[Labels, list[float]] = {}
        for labels, value in vector.items():
            kept = frozenset(pair for pair in labels if (pair[0] in listed) == (mode == "by"))
            groups.setdefault(kept, []).append(value)
        fold = AGGREGATES[how]
        return {labels: fold(values) for labels, values in groups.items()}

    def _list(self, start: str, end: str) -> list[str]:
        self._take(start)
        found = []
        while (token := self._take()) != end:
            if not token:
                raise ValueError(f"{end} expected")
            found += [] if token == "," else [token]
        return found

    def _selected(self, name: str, grown: str) -> Vector:
        self.names.add(name)
        wanted = self._list("{", "}") if self._peek() == "{" else []
        span = 0.0
        if self._peek() == "[":
            [word] = self._list("[", "]")
            span = float(word[:-1]) * SECONDS[word[-1]] if word[-1] in SECONDS else 300.0
        if bool(span) != bool(grown):
            raise ValueError(f"{name}: a range belongs to rate, increase and delta")
        found: Vector = {}
        for labels, (before, now) in self._scrapes.get(name, {}).items():
            known = dict(labels)
            if all(
                MATCHES[how](known.get(label, ""), text.strip('"'))
                for label, how, text in zip(wanted[::3], wanted[1::3], wanted[2::3], strict=True)
            ):
                found[labels] = (now - before) / (span if grown == "rate" else 1) if grown else now
        return found


def combined(how: str, left: Value, right: Value) -> Value:
    """What an operator makes of two values, vectors matched by all their labels."""
    if isinstance(left, float) and isinstance(right, float):
        return ARITHMETIC[how](left, right)
    if how in ("and", "or"):
        assert isinstance(left, dict), "sets are of vectors"
        assert isinstance(right, dict), "sets are of vectors"
        if how == "or":
            return {**right, **left}
        return {labels: value for labels, value in left.items() if labels in right}
    if isinstance(left, dict):
        pairs = {
            labels: (value, right if isinstance(right, float) else right[labels])
            for labels, value in left.items()
            if isinstance(right, float) or labels in right
        }
    else:
        assert isinstance(right, dict), "one of them is a vector"
        pairs = {labels: (left, value) for labels, value in right.items()}
    if how in ARITHMETIC:
        return {labels: ARITHMETIC[how](a, b) for labels, (a, b) in pairs.items()}
    return {
        labels: a if isinstance(left, dict) else b
        for labels, (a, b) in pairs.items()
        if COMPARING[how](a, b)
    }


def quantile(rank: float, buckets: Vector) -> Vector:
    """The value below which this part of the observations lies, linear inside a bucket."""
    spreads: dict[Labels, list[tuple[float, float]]] = {}
    for labels, count in buckets.items():
        rest = frozenset(pair for pair in labels if pair[0] != "le")
        spreads.setdefault(rest, []).append((float(dict(labels)["le"]), count))
    found: Vector = {}
    for labels, spread in spreads.items():
        spread.sort()
        wanted, lower, below = rank * spread[-1][1], 0.0, 0.0
        for upper, count in spread:
            if count >= wanted > 0:
                part = (wanted - below) / (count - below) if count > below else 0.0
                found[labels] = lower if upper == inf else lower + (upper - lower) * part
                break
            lower, below = upper, count
    return found
