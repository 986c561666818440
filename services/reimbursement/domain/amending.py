"""Changing an agreement: propose, rebase, approve, sign, reject, withdraw (R-9, hard case 1)."""

from collections.abc import Mapping, Sequence

from services.reimbursement.commands.amendment import (
    ApproveAmendment,
    ProposeAmendment,
    RebaseAmendment,
    RejectAmendment,
    SignAmendment,
    WithdrawAmendment,
)
from services.reimbursement.domain.agreement import (
    Agreement,
    NotAParty,
    require_acting_for,
    require_acting_unless_staff,
    require_known,
)
from services.reimbursement.domain.agreement_table import TABLE
from services.reimbursement.domain.amendment import Amendment
from services.reimbursement.domain.amendment_checks import Against, check_changes
from services.reimbursement.domain.claim import Claim
from services.reimbursement.domain.envelope import Envelope
from services.reimbursement.domain.party import FUNDER, signs_for_both_sides
from services.reimbursement.domain.policy import STREAM as POLICIES
from services.reimbursement.domain.policy import Policies
from services.reimbursement.domain.signing import FUNDERS, FunderSignsByStaff
from services.reimbursement.domain.streams import claims_of, envelope_of
from services.reimbursement.domain.terms import difference
from services.reimbursement.events.amendment import (
    AmendmentApproved,
    AmendmentProposed,
    AmendmentRebased,
    AmendmentRejected,
    AmendmentSigned,
    AmendmentWithdrawn,
    Changes,
)
from shared.kernel.commands import Command
from shared.kernel.decider import Decider, StreamNames
from shared.kernel.refusals import NotFound, Refusal, SamePerson

Claims = Mapping[str, Claim]


class AmendmentNotFound(NotFound):
    """This agreement has no amendment of that id."""

    french = "Cette entente n'a pas d'avenant de cet identifiant."


class AmendmentAlreadyProposed(Refusal):
    """An amendment of this id was proposed already; every amendment has an id of its own."""

    rule = "X1"
    french = "Un avenant de cet identifiant existe déjà; chaque avenant a le sien."


class AmendmentOutdated(Refusal):
    """The agreement moved on from the version that this amendment names; rebase it as shown."""

    rule = "R-9"
    french = "L'entente a changé depuis la version que nomme l'avenant; remettez-le à jour d'abord."


class TopicAlreadyOpen(Refusal):
    """Another open amendment is about the same topic; end that one, or wait for its effect."""

    rule = "R-9"
    french = "Un autre avenant ouvert porte sur le même sujet; terminez-le ou attendez son effet."


class AmendmentNotOpen(Refusal):
    """The amendment is not at a stage where this can be done."""

    rule = "R-9"
    french = "L'avenant n'est pas à une étape où cela se fait."


def amendment_of(agreement: Agreement, amendment_id: str) -> Amendment:
    """One amendment. Raises AmendmentNotFound."""
    found = agreement.amendments.get(amendment_id)
    if found is None:
        raise AmendmentNotFound
    return found


def _require(amendment: Amendment, *statuses: str) -> None:
    if amendment.status not in statuses:
        raise AmendmentNotOpen(status=amendment.status, possible_at=list(statuses))


def require_current(agreement: Agreement, base_version: int) -> None:
    """Raise AmendmentOutdated, with the difference, unless it builds on the present version."""
    if base_version == agreement.version:
        return
    before = agreement.agreed_by(base_version)
    now = agreement.agreed_by(agreement.version)
    raise AmendmentOutdated(
        base_version=base_version,
        version=agreement.version,
        difference=list(difference(before, now)),
    )


def _require_free_topics(agreement: Agreement, changes: Changes, amendment_id: str = "") -> None:
    taken = {
        topic
        for other in agreement.amendments.values()
        if other.open and other.amendment_id != amendment_id
        for topic in other.changes.topics
    }
    if both := sorted(taken & changes.topics):
        raise TopicAlreadyOpen(topics=both)


def _against(
    agreement: Agreement, envelope: Envelope, policies: Policies, claims: Claims
) -> Against:
    pinned = policies.version(agreement.programme, agreement.policy_version)
    return Against(envelope, claims, pinned.parameters)


def propose_amendment(
    ask: ProposeAmendment,
    agreement: Agreement,
    envelope: Envelope,
    policies: Policies,
    claims: Claims,
) -> Sequence[AmendmentProposed]:
    """Propose changes upon the present version; one open amendment a topic (R-9)."""
    require_known(agreement, ask.by)
    require_acting_unless_staff(agreement.organisation_ids, ask.by)
    TABLE.must_allow(ProposeAmendment, agreement.status)
    if ask.amendment_id in agreement.amendments:
        raise AmendmentAlreadyProposed
    require_current(agreement, ask.base_version)
    _require_free_topics(agreement, ask.changes)
    against = _against(agreement, envelope, policies, claims)
    check_changes(agreement, ask.changes, ask.effective_from, against)
    return [
        AmendmentProposed(
            project_id=ask.project_id,
            amendment_id=ask.amendment_id,
            base_version=ask.base_version,
            changes=ask.changes,
            effective_from=ask.effective_from,
            reason=ask.reason,
            proposed_by=ask.by.person,
        )
    ]


def rebase_amendment(
    ask: RebaseAmendment,
    agreement: Agreement,
    envelope: Envelope,
    policies: Policies,
    claims: Claims,
) -> Sequence[AmendmentRebased]:
    """Put it on the present version; it is approved and signed anew (hard case 1)."""
    require_known(agreement, ask.by)
    require_acting_unless_staff(agreement.organisation_ids, ask.by)
    TABLE.must_allow(RebaseAmendment, agreement.status)
    amendment = amendment_of(agreement, ask.amendment_id)
    _require(amendment, "proposed", "approved")
    require_current(agreement, ask.base_version)
    changes = ask.changes or amendment.changes
    since = ask.effective_from or amendment.effective_from
    _require_free_topics(agreement, changes, amendment.amendment_id)
    check_changes(agreement, changes, since, _against(agreement, envelope, policies, claims))
    return [
        AmendmentRebased(
            project_id=ask.project_id,
            amendment_id=ask.amendment_id,
            base_version=ask.base_version,
            changes=changes,
            effective_from=since,
            rebased_by=ask.by.person,
        )
    ]


def approve_amendment(
    ask: ApproveAmendment,
    agreement: Agreement,
    envelope: Envelope,
    policies: Policies,
    claims: Claims,
) -> Sequence[AmendmentApproved]:
    """Approve what is still up to date and still allowed, as another person (X6, R-9)."""
    require_known(agreement, ask.by)
    TABLE.must_allow(ApproveAmendment, agreement.status)
    amendment = amendment_of(agreement, ask.amendment_id)
    _require(amendment, "proposed")
    if ask.by.person in amendment.authors:
        raise SamePerson
    require_current(agreement, amendment.base_version)
    against = _against(agreement, envelope, policies, claims)
    check_changes(agreement, amendment.changes, amendment.effective_from, against)
    return [
        AmendmentApproved(
            project_id=ask.project_id,
            amendment_id=ask.amendment_id,
            base_version=amendment.base_version,
            approved_on=ask.effective_on,
            approved_by=ask.by.person,
        )
    ]


def sign_amendment(
    ask: SignAmendment,
    agreement: Agreement,
    envelope: Envelope,
    policies: Policies,
    claims: Claims,
) -> Sequence[AmendmentSigned]:
    """Sign for one party; nobody signs for both sides (X6). The last one makes a new version."""
    require_known(agreement, ask.by)
    party = FUNDER if ask.party == FUNDER else ask.organisation_id or ""
    _require_signer(ask, agreement, party)
    TABLE.must_allow(SignAmendment, agreement.status)
    amendment = amendment_of(agreement, ask.amendment_id)
    _require(amendment, "approved")
    if party in amendment.signatures:
        return []
    if signs_for_both_sides(amendment.signatures, party, ask.by.person):
        raise SamePerson
    require_current(agreement, amendment.base_version)
    against = _against(agreement, envelope, policies, claims)
    check_changes(agreement, amendment.changes, amendment.effective_from, against)
    complete = set(agreement.signers) <= {*amendment.signatures, party}
    return [
        AmendmentSigned(
            project_id=ask.project_id,
            amendment_id=ask.amendment_id,
            party=ask.party,
            organisation_id=None if party == FUNDER else party,
            makes_version=agreement.version + 1 if complete else None,
            signed_on=ask.effective_on,
            signed_by=ask.by.person,
        )
    ]


def _require_signer(ask: SignAmendment, agreement: Agreement, party: str) -> None:
    if party == FUNDER:
        if not ask.by.roles & FUNDERS:
            raise FunderSignsByStaff
        return
    if party not in agreement.signers:
        raise NotAParty
    require_acting_for([party], ask.by)


def reject_amendment(ask: RejectAmendment, agreement: Agreement) -> Sequence[AmendmentRejected]:
    """Don't approve it, as another person than who proposed it (X6)."""
    require_known(agreement, ask.by)
    TABLE.must_allow(RejectAmendment, agreement.status)
    amendment = amendment_of(agreement, ask.amendment_id)
    _require(amendment, "proposed")
    if ask.by.person in amendment.authors:
        raise SamePerson
    return [
        AmendmentRejected(
            project_id=ask.project_id,
            amendment_id=ask.amendment_id,
            reason=ask.reason,
            rejected_by=ask.by.person,
        )
    ]


def withdraw_amendment(
    ask: WithdrawAmendment, agreement: Agreement
) -> Sequence[AmendmentWithdrawn]:
    """Take it back while it is not in effect; what all had signed makes a new version by that."""
    require_known(agreement, ask.by)
    require_acting_unless_staff(agreement.organisation_ids, ask.by)
    TABLE.must_allow(WithdrawAmendment, agreement.status)
    amendment = amendment_of(agreement, ask.amendment_id)
    _require(amendment, "proposed", "approved", "agreed")
    return [
        AmendmentWithdrawn(
            project_id=ask.project_id,
            amendment_id=ask.amendment_id,
            reason=ask.reason,
            withdrawn_by=ask.by.person,
        )
    ]


CHANGING: dict[str, StreamNames] = {
    "agreement": "agreement-{project_id}",
    "envelope": envelope_of,
    "policies": POLICIES,
    "claims": claims_of,
}
DECIDERS: Mapping[type[Command], Decider] = {
    ProposeAmendment: Decider(propose_amendment, **CHANGING),
    RebaseAmendment: Decider(rebase_amendment, **CHANGING),
    ApproveAmendment: Decider(approve_amendment, **CHANGING),
    SignAmendment: Decider(sign_amendment, **CHANGING),
    RejectAmendment: Decider(reject_amendment, agreement="agreement-{project_id}"),
    WithdrawAmendment: Decider(withdraw_amendment, agreement="agreement-{project_id}"),
}
