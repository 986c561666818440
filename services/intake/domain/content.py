"""The content of a proposal and its hash: what participants confirm and assessors read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from services.intake.events.vocabulary import BudgetLine, IpOwner, WorkPackage
from shared.kernel.canonical import canonical
from shared.kernel.shown import shown


@dataclass(frozen=True, slots=True)
class IpPlan:
    """Who will own what is created, how it is protected, what others gain (I-7, I-8)."""

    owners: tuple[IpOwner, ...]
    protection: str
    benefit_to_others: str


def content_hash(
    sections: Mapping[str, str],
    budget: Iterable[BudgetLine],
    work_plan: Iterable[WorkPackage],
    ip_plan: IpPlan | None,
    organisation_ids: Iterable[str],
) -> str:
    """SHA-256 of the canonical JSON of sections, budget, plans and participants' ids (I-10).

    Order means nothing in any of them, so it changes nothing; neither do confirmations, the
    endorsement or who recorded what.
    """
    content = {
        "sections": dict(sections),
        "budget": _sorted(budget),
        "work_plan": _sorted(work_plan),
        "ip_plan": _of_plan(ip_plan),
        "participants": sorted(organisation_ids),
    }
    return sha256(canonical(content).encode()).hexdigest()


def _of_plan(ip_plan: IpPlan | None) -> object:
    return ip_plan and {**shown(ip_plan), "owners": _sorted(ip_plan.owners)}


def _sorted(items: Iterable[object]) -> list[object]:
    return sorted((shown(item) for item in items), key=canonical)
