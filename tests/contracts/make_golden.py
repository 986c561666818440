"""Adds what is missing: a golden sample of every event version, and the schemas as they are now.

A golden sample is never changed. Who adds an optional field just runs this. Who changes an event's
shape raises its schema version, keeps an upcaster for the old one, and then runs
`python -m tests.contracts.make_golden`.
"""

import json
import sys
from pathlib import Path
from typing import Any

from shared.kernel.events import Event
from shared.kernel.schemas import schema_name, schema_of
from tests.contracts.samples import GOLDEN, golden_file, sample_body
from tests.support.catalogue import ROOT, every_event

SCHEMAS = ROOT / "schemas"


def schema_file(owner: str, event: type[Event]) -> Path:
    """Where the schema of an event's current version is kept."""
    return SCHEMAS / owner / schema_name(event)


def schema_text(event: type[Event]) -> str:
    """The schema as it is kept: indented, sorted, so that a difference is easy to read."""
    schema: dict[str, Any] = schema_of(event)
    return json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def main() -> None:
    """Write what is missing and say what was added."""
    GOLDEN.mkdir(exist_ok=True)
    added = 0
    for owner, event in every_event():
        sample = golden_file(owner, event, event.schema_version)
        if not sample.exists():
            body = sample_body(event)
            event.model_validate_json(body)
            sample.write_text(f"{body}\n", encoding="utf-8")
            added += 1
        schema = schema_file(owner, event)
        schema.parent.mkdir(parents=True, exist_ok=True)
        schema.write_text(schema_text(event), encoding="utf-8")
    sys.stdout.write(f"{added} golden samples added in {GOLDEN.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
