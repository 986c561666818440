"""What the command line prints: calm text for people, one JSON document for machines."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from services.main.checkup import Finding
from services.main.demo.playing import Summary
from shared.kernel.money import dollars

WIDE = 1_000
"""Columns where nobody looks at a screen: a row is a line, for `grep` and `cut`."""


class Show:
    """Prints results to standard output; progress and faults go to standard error."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        plain: Any = {"soft_wrap": True, "highlight": False, "markup": False, "emoji": False}
        self.out = Console(**plain)
        if not self.out.is_terminal:
            self.out.width = WIDE

    def history(self, subject: str, events: Sequence[Mapping[str, Any]]) -> None:
        """A history, oldest first."""
        if self.as_json:
            self._json({"subject": subject, "events": events})
            return
        table = Table(title=subject, box=None, pad_edge=False)
        for name in ("effective", "recorded", "service", "event", "version", "actor"):
            table.add_column(name)
        for event in events:
            _, service, name, _ = event["type"].split(".")
            table.add_row(
                event["time"][:10], event["recordedtime"][:19], service, name,
                str(event["streamversion"]), event["actor"],
            )  # fmt: skip
        self.out.print(table)

    def event(self, event: Mapping[str, Any]) -> None:
        """One event of a live stream."""
        if self.as_json:
            self._json(event)
        else:
            where = f"{event['recordedtime'][:19]}  {event['source'].split('/')[-1]:<13}"
            self.out.print(f"{where}  {event['type'].split('.')[2]:<28}  {event['subject']}")
        sys.stdout.flush()

    def rebuilt(self, rebuilt: Mapping[str, Any]) -> None:
        """The result of a rebuild."""
        if self.as_json:
            self._json(rebuilt)
            return
        verdict = "equal" if rebuilt["equal"] else "DIFFERENT"
        self.out.print(
            f"{rebuilt['service']}: {rebuilt['events']} events in {rebuilt['seconds']} s, "
            f"digests {verdict}\n  before {rebuilt['digest_before']}\n"
            f"  after  {rebuilt['digest_after']}"
        )

    def findings(self, findings: Sequence[Finding]) -> None:
        """What a check-up found."""
        if self.as_json:
            self._json({"findings": [asdict(finding) for finding in findings]})
            return
        for finding in findings:
            mark = "ok  " if finding.ok else "FAIL"
            self.out.print(f"{mark} {finding.check}: {finding.detail}")

    def summary(self, summary: Summary, seconds: str, address: str | None) -> None:
        """What the demo played, and what to look at."""
        if self.as_json:
            self._json({**asdict(summary), "seconds": json.loads(seconds)})
            return
        paid, published = dollars(summary.paid_cents), dollars(summary.published_cents)
        self.out.print(
            f"{summary.projects} projects drafted, {summary.submitted} submitted: "
            f"{summary.eligible} eligible, {summary.ineligible} not.\n"
            f"{summary.approved} approved, agreed, claimed by quarter, paid and closed.\n"
            f"Paid ${paid}; published ${published}; {len(summary.mismatches)} differ.\n"
            f"{summary.events} events from {summary.requests} requests in {seconds} s."
        )
        for mismatch in summary.mismatches:
            self.out.print(f"  differs: {dict(mismatch)}")
        if address:
            self.out.print(
                f"\nStill running at {address} (Ctrl-C ends it). Look at one project's life:\n"
                f"  grantline history {summary.example}\n"
                f"  grantline tail            watch the next event of any service\n"
                f"  grantline rebuild intake  build its read models again, and compare"
            )

    def _json(self, value: Any) -> None:
        sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")
