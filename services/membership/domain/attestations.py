"""Facts about a body that others judge by: its size on a day (M-13), who controls it, its end."""

from collections.abc import Mapping
from datetime import date

from services.membership.commands import (
    AttestSize,
    DeclareAffiliation,
    DeclareControlChange,
    DissolveOrganisation,
)
from services.membership.domain.acting import require_known, require_past, spoken_until
from services.membership.domain.admission import closing
from services.membership.domain.course import reconciled
from services.membership.domain.organisation import Control, Organisation, Size
from services.membership.domain.refusals import (
    AffiliateOfItself,
    AffiliateUnknown,
    ControllerNamedTwice,
    ControllerUnknown,
)
from services.membership.domain.transitions import must_be_legal
from services.membership.events.course import MembershipTerminated
from services.membership.events.register import (
    AffiliationDeclared,
    ControlChanged,
    OrganisationDissolved,
    SizeAttested,
)
from shared.kernel.commands import Command
from shared.kernel.decider import Said, States
from shared.kernel.events import Event
from shared.kernel.operations import Operations


def attest_size(ask: AttestSize, organisation: Organisation) -> Said:
    """Attest a size; others refer to this event and never read the size live (M-13).

    Refused: OrganisationNotFound, DayStillToCome. Quiet: the same attestation is known.
    """
    require_known(ask, organisation)
    must_be_legal(ask, organisation)
    require_past(ask, ask.as_of)
    if Size(ask.as_of, ask.fte, ask.affiliates_fte, ask.evidence_sha256) in organisation.sizes:
        return []
    return [
        SizeAttested(
            organisation_id=ask.organisation_id,
            fte=ask.fte,
            affiliates_fte=ask.affiliates_fte,
            as_of=ask.as_of,
            evidence_sha256=ask.evidence_sha256,
            attested_by=ask.by.person,
        )
    ]


def declare_affiliation(
    ask: DeclareAffiliation, organisation: Organisation, affiliate: Organisation
) -> Said:
    """Declare common control, in both bodies' histories; a later declaration counts (I-11).

    Refused: OrganisationNotFound, AffiliateOfItself, AffiliateUnknown, DayStillToCome. Quiet: the
    same is declared already.
    """
    require_known(ask, organisation)
    must_be_legal(ask, organisation)
    if ask.affiliate_id == ask.organisation_id:
        raise AffiliateOfItself
    if not affiliate.organisation_id:
        raise AffiliateUnknown
    require_past(ask, ask.since)
    if organisation.affiliates.get(ask.affiliate_id) == ask.since:
        return []
    here, there = organisation.organisation_id, affiliate.organisation_id
    return {
        "organisation": [_affiliated(ask, here, there, ask.since)],
        "affiliate": [_affiliated(ask, there, here, ask.since)],
    }


def _affiliated(ask: Command, of: str, other: str, since: date) -> AffiliationDeclared:
    return AffiliationDeclared(
        organisation_id=of, affiliate_id=other, since=since, declared_by=ask.by.person
    )


def controllers(ask: DeclareControlChange, _: States) -> list[str]:
    """The stream of the new controller, where it is a registered one."""
    return [f"organisation-{ask.controller_id}"] if ask.controller_id else []


def declare_control_change(
    ask: DeclareControlChange, organisation: Organisation, controller: Mapping[str, Organisation]
) -> Said:
    """Declare a change of control; a registered controller is an affiliate from then on (I-11).

    Refused: OrganisationNotFound, ControllerNamedTwice, ControllerUnknown. Quiet: the same is
    declared already.
    """
    require_known(ask, organisation)
    must_be_legal(ask, organisation)
    if (ask.controller_id and ask.controller_name) or ask.controller_id == ask.organisation_id:
        raise ControllerNamedTwice
    if not all(other.organisation_id for other in controller.values()):
        raise ControllerUnknown
    if Control(ask.effective_on, ask.controller_id, ask.controller_name) in organisation.controls:
        return []
    changed = ControlChanged(
        organisation_id=ask.organisation_id,
        effective_on=ask.effective_on,
        controller_id=ask.controller_id,
        controller_name=ask.controller_name,
        evidence_sha256=ask.evidence_sha256,
        declared_by=ask.by.person,
    )
    here: list[Event] = [changed]
    said: dict[str, list[Event]] = {"organisation": here}
    for stream, other in controller.items():
        mine, theirs = organisation.organisation_id, other.organisation_id
        here.append(_affiliated(ask, mine, theirs, ask.effective_on))
        said[stream] = [_affiliated(ask, theirs, mine, ask.effective_on)]
    return said


def dissolve_organisation(
    ask: DissolveOrganisation, organisation: Organisation, timers: Operations
) -> Said:
    """The body is no more; with it end its membership and its candidacies.

    Refused: OrganisationNotFound. Quiet: its end is recorded already.
    """
    require_known(ask, organisation)
    must_be_legal(ask, organisation)
    if organisation.dissolved_on:
        return []
    dissolved = OrganisationDissolved(
        organisation_id=ask.organisation_id,
        effective_on=ask.effective_on,
        reason=ask.reason,
        recorded_by=ask.by.person,
    )
    closed = [
        closing(organisation, candidacy, ask.effective_on, "dissolved")
        for candidacy in organisation.candidacies.values()
    ]
    if organisation.membership is None:
        return [dissolved, *closed]
    ended = MembershipTerminated(
        organisation_id=ask.organisation_id,
        effective_on=ask.effective_on,
        reason=ask.reason,
        decided_by=ask.by.person,
    )
    return reconciled(organisation, [dissolved, ended], spoken_until(ask, timers))
