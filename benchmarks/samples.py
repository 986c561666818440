"""The costs that are noted in every measurement, the same in every run."""

import json
from hashlib import sha256

from benchmarks.office import CostKind, CostNoted

KINDS: tuple[CostKind, ...] = ("labour", "materials", "subcontracts", "travel")
EVENT_BYTES = 600
BODY_BYTES = 1024
_WORDS = "Essais du modèle de prévision sur les lignes de production, phase "


def project(number: int) -> str:
    """The id of a project."""
    return f"prj_{number:032x}"


def cost(number: int, projects: int, event_bytes: int = EVENT_BYTES) -> CostNoted:
    """A cost of one of so many projects; its event's body has about so many bytes."""
    return CostNoted.model_validate_json(
        _cost(number, event_bytes, project_id=project(number % projects))
    )


def request_body(number: int) -> bytes:
    """A form that notes a cost, of 1 KiB."""
    return _cost(number, BODY_BYTES)


def _cost(number: int, size: int, **more: str) -> bytes:
    found = {
        "organisation_id": f"org_{number % 97:032x}",
        "kind": KINDS[number % 4],
        "supplier": f"Atelier numérique {number % 53}",
        "invoice_number": f"F-{number:06d}",
        "invoiced_on": "2024-05-17",
        "incurred_from": "2024-04-01",
        "incurred_to": "2024-06-30",
        "amount_cents": 1_000 + number % 900_000,
        "tax_cents": 149,
        "description": "",
        "evidence_sha256": sha256(str(number).encode()).hexdigest(),
        **more,
    }
    missing = size - len(_bytes(found))
    words = _WORDS * (missing // len(_WORDS.encode()) + 1)
    found["description"] = words.encode()[:missing].decode(errors="ignore").strip()
    return _bytes(found)


def _bytes(found: dict[str, object]) -> bytes:
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()
