"""One amendment: what it changes, upon which version, who approved and signed it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, TypeAlias, assert_never

from services.reimbursement.domain.party import FUNDER, Signature
from services.reimbursement.events.amendment import (
    AmendmentApproved,
    AmendmentProposed,
    AmendmentRebased,
    AmendmentRejected,
    AmendmentSigned,
    AmendmentTookEffect,
    AmendmentWithdrawn,
    Changes,
)

AmendmentStatus: TypeAlias = Literal[
    "proposed", "approved", "agreed", "in_effect", "rejected", "withdrawn"
]
OPEN: tuple[AmendmentStatus, ...] = ("proposed", "approved", "agreed")
"""Of each topic only one amendment at a time is one of these (R-9)."""
AmendmentEvent: TypeAlias = (
    AmendmentProposed
    | AmendmentRebased
    | AmendmentApproved
    | AmendmentSigned
    | AmendmentTookEffect
    | AmendmentRejected
    | AmendmentWithdrawn
)


@dataclass(frozen=True, slots=True)
class Amendment:
    """An amendment as it stands; `agreed` means signed by all and waiting for its first day."""

    amendment_id: str
    status: AmendmentStatus
    base_version: int
    changes: Changes
    effective_from: date
    reason: str
    authors: tuple[str, ...]
    """Who proposed and rebased it: none of them approves it (X6)."""
    approved_by: str = ""
    signatures: Mapping[str, Signature] = field(default_factory=dict)
    version: int = 0
    """The version of the agreement that it makes; 0 until all have signed."""

    @property
    def open(self) -> bool:
        """Whether it may still change something."""
        return self.status in OPEN


def proposed(event: AmendmentProposed) -> Amendment:
    """A new amendment."""
    return Amendment(
        amendment_id=event.amendment_id,
        status="proposed",
        base_version=event.base_version,
        changes=event.changes,
        effective_from=event.effective_from,
        reason=event.reason,
        authors=(event.proposed_by,),
    )


def followed(amendment: Amendment, event: AmendmentEvent) -> Amendment:
    """The amendment after one event more; that all have signed is the agreement's to say."""
    match event:
        case AmendmentProposed():
            return proposed(event)
        case AmendmentRebased():
            return replace(
                amendment,
                status="proposed",
                base_version=event.base_version,
                changes=event.changes,
                effective_from=event.effective_from,
                authors=(*amendment.authors, event.rebased_by),
                approved_by="",
                signatures={},
            )
        case AmendmentApproved():
            return replace(amendment, status="approved", approved_by=event.approved_by)
        case AmendmentSigned():
            signature = Signature(event.signed_by, event.signed_on)
            party = event.organisation_id or FUNDER
            return replace(amendment, signatures={**amendment.signatures, party: signature})
        case AmendmentTookEffect():
            return replace(amendment, status="in_effect", version=event.version)
        case AmendmentRejected():
            return replace(amendment, status="rejected")
        case AmendmentWithdrawn():
            return replace(amendment, status="withdrawn")
        case _:
            assert_never(event)
