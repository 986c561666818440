"""Rules of this house that no linter knows; each test tells the reason for its rule."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from shared.kernel.events import Event
from tests.support.catalogue import (
    OPERATIONS_OWNER,
    ROOT,
    events,
    refusals,
    service_names,
    subclasses,
)
from tests.support.sources import Source, complexity, length, sources

CLOCK = frozenset({"shared/runtime/clock.py"})
CHANCE = frozenset({"shared/runtime/new_ids.py"})
READS_THE_CLOCK = frozenset(
    f"{owner}.{name}"
    for owner, names in {
        "datetime.datetime": ("now", "utcnow", "today", "fromtimestamp", "utcfromtimestamp"),
        "datetime.date": ("today", "fromtimestamp"),
        "time": (
            "time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns",
            "process_time", "localtime", "gmtime",
        ),
    }.items()
    for name in names
)  # fmt: skip
CHANCE_FROM = ("random.", "secrets.", "uuid.uuid1", "uuid.uuid4", "os.urandom", "numpy.random")
IS_SEEDED = re.compile(r"services/main/.*: random\.Random$")
"""The demo makes up what is not public, the same in every run."""
FORBIDDEN_NAMES = re.compile(r"^(utils?|helpers?|common|misc|managers?|base)(\.py)?$")
OPEN_ENDS = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")
LINES_MAX = 400
FUNCTION_LINES_MAX = 50
COMPLEXITY_MAX = 8


def none_of(findings: Iterable[str]) -> None:
    """No finding; otherwise all of them, one a line."""
    found = sorted(findings)
    assert not found, "\n" + "\n".join(found)


def uses(files: Iterable[Source], forbidden: Iterable[str]) -> Iterator[str]:
    """Where something forbidden is used; a name that ends with a dot forbids all below."""
    names = tuple(forbidden)
    for file in files:
        for name, line in file.used:
            if any(name == bad or (bad.endswith(".") and name.startswith(bad)) for bad in names):
                yield f"{file.name}:{line}: {name}"


def test_one_file_reads_the_clock() -> None:
    """A fold that reads the clock gives another answer tomorrow: a rebuild would differ (X2)."""
    files = [file for file in sources("services", "shared") if file.name not in CLOCK]
    none_of(uses(files, READS_THE_CLOCK))


def test_one_file_reads_chance() -> None:
    """A run with the same inputs is the same run; ids and seeds come from one injected source."""
    files = [file for file in sources("services", "shared") if file.name not in CHANCE]
    none_of(found for found in uses(files, CHANCE_FROM) if not IS_SEEDED.match(found))


def test_every_file_says_what_lives_in_it() -> None:
    """A reader who opens a file for the first time learns from one sentence whether to stay."""
    none_of(
        f"{file.name}: begin with one sentence that says what lives here"
        for file in sources()
        if not (ast.get_docstring(file.tree) or "").split("\n")[0].endswith((".", ":", "!", "?"))
    )


def test_files_are_short_enough_to_be_read_whole() -> None:
    """A rule nobody finds is a rule nobody checks: past 400 lines a file becomes a package."""
    none_of(
        f"{file.name}: {lines} lines"
        for file in sources()
        if (lines := file.text.count("\n")) > LINES_MAX
    )


def test_functions_fit_on_a_screen() -> None:
    """What does not fit on a screen is not reviewed, only scrolled past."""
    none_of(
        f"{file.name}:{function.lineno}: {function.name} has {length(function)} lines"
        for file in sources()
        for function in file.functions
        if length(function) > FUNCTION_LINES_MAX
    )


def test_functions_have_few_ways_through() -> None:
    """Each way needs a test; a flat `match` over all events of a stream is one decision."""
    none_of(
        f"{file.name}:{function.lineno}: {function.name} has {complexity(function)} ways"
        for file in sources()
        for function in file.functions
        if complexity(function) > COMPLEXITY_MAX
    )


def test_no_file_is_a_drawer_for_odds_and_ends() -> None:
    """`utils` has no subject, so everything fits in it and nothing is found there."""
    none_of(
        file.name
        for file in sources()
        if any(FORBIDDEN_NAMES.match(part) for part in Path(file.name).parts)
    )


def test_nothing_is_left_for_later_in_the_code() -> None:
    """An open end belongs in the list of issues, where somebody looks; here it only ages."""
    none_of(
        f"{file.name}:{number}: {line.strip()}"
        for file in sources()
        for number, line in enumerate(file.text.splitlines(), 1)
        if OPEN_ENDS.search(line)
    )


def test_what_decides_knows_no_floating_point() -> None:
    """0.1 + 0.2 cents is how ledgers lose a cent; amounts are integers, rates are fractions."""
    deciding = [
        file
        for file in sources("services", "shared/kernel")
        if not file.name.startswith("services/main/")
    ]
    none_of(
        f"{file.name}:{getattr(node, 'lineno', 0)}: {ast.unparse(node)}"
        for file in deciding
        for node in file.nodes
        if (isinstance(node, ast.Constant) and isinstance(node.value, float | complex))
        or (isinstance(node, ast.Name) and node.id == "float")
    )


def test_only_the_command_line_prints() -> None:
    """What a service has to say is a structured log line or an event, never loose text."""
    none_of(
        f"{file.name}:{node.lineno}: print"
        for file in sources("services", "shared")
        if not file.name.startswith("services/main/")
        for node in file.nodes
        if isinstance(node, ast.Name) and node.id == "print"
    )


def test_no_test_sleeps() -> None:
    """A test that waits for time to pass is slow on good days and wrong on bad ones."""
    none_of(uses(sources("tests"), ["time.sleep"]))


def test_services_know_nothing_of_each_other() -> None:
    """What one service needs of another it hears; an import would hide that it depends (X10)."""
    none_of(
        f"{file.name}: {name}"
        for file in sources("services")
        if (owner := Path(file.name).parts[1]) not in ("main", "__init__.py")
        for name in imported_modules(file)
        if name.startswith("services.") and name.split(".")[1] != owner
    )


def imported_modules(file: Source) -> Iterator[str]:
    """Every module that a file names in an import."""
    for node in file.nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_errors_are_never_swallowed() -> None:
    """An exception caught and forgotten is an event lost without a trace."""
    none_of(
        f"{file.name}:{node.lineno}: except … pass"
        for file in sources()
        for node in file.nodes
        if isinstance(node, ast.ExceptHandler)
        and all(isinstance(step, ast.Pass) for step in node.body)
    )


def test_every_refusal_speaks_two_languages() -> None:
    """The docstring is what the caller reads; half of the callers read French."""
    none_of(
        f"{refusal.__module__}.{refusal.__name__}: {what}"
        for refusal in refusals()
        for what, is_there in {
            "its own English sentence": str(vars(refusal).get("__doc__") or "").endswith("."),
            "its own French sentence": str(vars(refusal).get("french", "")).endswith("."),
        }.items()
        if not is_there
    )


def test_every_refusal_is_asked_for_by_a_test() -> None:
    """An inverted guard passes every happy path; only a test that wants the refusal sees it.

    A test names the class, or over HTTP its code.
    """
    tests = "\n".join(file.text for file in sources("tests") if file.path != Path(__file__))
    named = set(re.findall(r"\w+", tests)) | set(re.findall(r'"([a-z]+(?:-[a-z]+)*)"', tests))
    none_of(
        f"{refusal.__module__}.{refusal.__name__}"
        for refusal in refusals()
        if not {refusal.__name__, refusal.code()} & named and not refusal.__subclasses__()
    )


def test_every_refusal_has_a_code_of_its_own() -> None:
    """A caller that switches on the code must not meet two meanings in one service."""
    seen: dict[tuple[str, str], str] = {}
    doubles = []
    for refusal in refusals():
        owner = ".".join(refusal.__module__.split(".")[:2])
        other = seen.setdefault((owner, refusal.code()), refusal.__module__)
        if other != refusal.__module__:
            doubles.append(f"{refusal.code()}: {other} and {refusal.__module__}")
    none_of(doubles)


def test_every_event_is_listed_by_its_owner() -> None:
    """What is missing from EVENTS is written but can be read by nobody."""
    listed = {event for owned in events().values() for event in owned}
    none_of(
        f"{event.__module__}.{event.__name__}"
        for event in set(subclasses(Event))
        if "event_name" in vars(event) and event not in listed
    )


def test_every_event_says_what_it_means_to_an_auditor() -> None:
    """An auditor reads events years later, and the code's authors are not there to ask."""
    none_of(
        f"{owner}: {event.__name__}"
        for owner, owned in events().items()
        for event in owned
        if not str(vars(event).get("__doc__") or "").strip().endswith(".")
    )


def test_an_event_has_one_name_for_ever() -> None:
    """Two classes of one name could not be told apart on the wire."""
    for owner, owned in events().items():
        names = [(event.event_name, event.schema_version) for event in owned]
        assert len(names) == len(set(names)), owner
        assert all(event.event_name == event.__name__ for event in owned), owner
        assert owner == OPERATIONS_OWNER or all(
            event.__module__.startswith(f"services.{owner}.") for event in owned
        )


@pytest.mark.parametrize(
    "file", sorted((ROOT / "requirements").glob("*.txt")), ids=lambda f: f.name
)
def test_locked_dependencies_are_hashed_and_name_no_index(file: Path) -> None:
    """Whoever installs chooses the mirror; the hash says whether it is the same file."""
    entries = re.sub(r"\\\n", "", file.read_text(encoding="utf-8")).splitlines()
    packages = [entry for entry in entries if entry and not entry.lstrip().startswith("#")]
    none_of(entry for entry in packages if "--hash=sha256:" not in entry or "://" in entry)
    assert packages


def test_every_make_target_says_what_it_does() -> None:
    """`make` alone is the first thing a newcomer types."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE)
    assert phony
    none_of(
        target
        for target in phony[1].split()
        if not re.search(rf"^{target}:.*## .+$", text, re.MULTILINE)
    )


def test_every_service_introduces_itself() -> None:
    """A page for each service: what it decides, says, hears and promises."""
    pages = {service: ROOT / "services" / service / "README.md" for service in service_names()}
    texts = {
        service: page.read_text(encoding="utf-8") if page.exists() else ""
        for service, page in pages.items()
    }
    none_of(
        f"services/{service}/README.md: no heading {heading!r}"
        for service, text in texts.items()
        for heading in ("Decides", "Says", "Hears", "Promises")
        if not re.search(rf"^#+ .*{heading}", text, re.MULTILINE)
    )
