"""One story for all tests of reimbursement: three partners automate a cold-storage terminal."""

from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

from services.reimbursement.events.agreement import (
    COST_KINDS,
    AgreedRate,
    AgreementDrafted,
    AgreementExecuted,
    AgreementSigned,
    AgreementTermsStated,
    BudgetLine,
    Participant,
)
from services.reimbursement.events.envelope import CommitmentReserved, EnvelopeOpened
from services.reimbursement.events.policy import ApprovalBands, Parameters, PolicyPublished
from services.reimbursement.inbound import (
    ApprovedParticipant,
    DetailedProposalSubmitted,
    MemberAdmitted,
    ProjectApproved,
    ProposedCost,
)
from shared.kernel.commands import Actor
from shared.kernel.events import Event, Heard

project = "prj_" + "a1" * 16
other_project = "prj_" + "b2" * 16
terminal = "org_" + "11" * 16
robots = "org_" + "22" * 16
institute = "org_" + "33" * 16
stranger = "org_" + "99" * 16

agreement_stream = f"agreement-{project}"
award_stream = f"evaluation-{project}"
proposal_stream = f"proposal-{project}"
envelope_stream = "envelope-federal-2018"
policy_stream = "policy-reimbursement"

officer = Actor(person="officer-1", roles=frozenset({"programme_officer"}))
second_officer = Actor(person="officer-2", roles=frozenset({"programme_officer"}))
finance = Actor(person="finance-1", roles=frozenset({"finance"}))
this_service = Actor(person="service:reimbursement", roles=frozenset({"service"}))
terminal_lead = Actor(
    person="terminal-lead", roles=frozenset({"applicant"}), organisation_id=terminal
)
robots_lead = Actor(person="robots-lead", roles=frozenset({"applicant"}), organisation_id=robots)
outsider = Actor(person="outsider", roles=frozenset({"applicant"}), organisation_id=stranger)


def at(year: int, month: int, day: int) -> datetime:
    """Noon in Toronto, more or less: the civil day is the one named."""
    return datetime(year, month, day, 16, tzinfo=UTC)


def asked(by: Actor = officer, when: datetime | None = None) -> dict[str, Any]:
    """Who asks and when, for any command."""
    instant = when or at(2020, 6, 15)
    return {"by": by, "now": instant, "effective_at": instant}


proposal_hash = "5e" * 32
policy = PolicyPublished(
    programme="scale-ai",
    version="2018-1",
    parameters=Parameters(),
    effective_from=date(2018, 4, 1),
    reason="The usual rules.",
    published_by="officer-1",
)
envelope = EnvelopeOpened(
    envelope_id="federal-2018",
    source="Innovation Superclusters Initiative",
    programme="scale-ai",
    amount_cents=5_340_000_000,
    valid_from=date(2018, 4, 1),
    valid_to=date(2023, 3, 31),
    opened_by="finance-1",
)
approved = ProjectApproved(
    project_id=project,
    programme="scale-ai",
    title="Autonomous yard trucks at a cold-storage terminal",
    lead_organisation_id=terminal,
    participants=(
        ApprovedParticipant(organisation_id=terminal, name="Terminal frigorifique Boréal"),
        ApprovedParticipant(organisation_id=robots, name="Lodestar Robotics"),
        ApprovedParticipant(organisation_id=institute, name="Institut des transports froids"),
    ),
    rate=Fraction(1, 3),
    ceiling_cents=30_000_000,
    envelope_id="federal-2018",
    conditions=(),
    proposal_hash=proposal_hash,
    decided_on=date(2020, 6, 1),
)
detailed = DetailedProposalSubmitted(
    project_id=project,
    content_hash=proposal_hash,
    budget_lines=(
        ProposedCost(
            organisation_id=terminal, kind="labour", quarter="2020-21Q2", amount_cents=50_000_000
        ),
        ProposedCost(
            organisation_id=robots, kind="equipment", quarter="2020-21Q3", amount_cents=40_000_000
        ),
    ),
)
reserved = CommitmentReserved(
    envelope_id="federal-2018",
    project_id=project,
    amount_cents=30_000_000,
    left_cents=5_310_000_000,
    decided_on=date(2020, 6, 1),
    policy_version="2018-1",
    reserved_by="service:reimbursement",
)
participants = (
    Participant(organisation_id=terminal, name="Terminal frigorifique Boréal", funded=True),
    Participant(organisation_id=robots, name="Lodestar Robotics", funded=True),
    Participant(organisation_id=institute, name="Institut des transports froids", funded=False),
)
budget = (
    BudgetLine(
        organisation_id=terminal, kind="labour", quarter="2020-21Q2", amount_cents=50_000_000
    ),
    BudgetLine(
        organisation_id=robots, kind="equipment", quarter="2020-21Q3", amount_cents=40_000_000
    ),
)
drafted = AgreementDrafted(
    project_id=project,
    programme="scale-ai",
    title="Autonomous yard trucks at a cold-storage terminal",
    lead_organisation_id=terminal,
    participants=participants,
    rate=Fraction(1, 3),
    ceiling_cents=30_000_000,
    envelope_id="federal-2018",
    budget=budget,
    conditions=(),
    proposal_hash=proposal_hash,
    decided_on=date(2020, 6, 1),
    policy_version="2018-1",
)
terms_stated = AgreementTermsStated(
    project_id=project,
    eligible_from=date(2020, 7, 20),
    end_date=date(2020, 12, 31),
    participant_caps=(),
    stated_by="officer-1",
)


def signed(party: str | None, by: str, on: date = date(2020, 6, 10)) -> AgreementSigned:
    """A signature: of a participant, or of the funder where no participant is named."""
    return AgreementSigned(
        project_id=project,
        party="participant" if party else "funder",
        organisation_id=party,
        signed_by=by,
        signed_on=on,
    )


terminal_signed = signed(terminal, "terminal-lead")
robots_signed = signed(robots, "robots-lead")
institute_signed = signed(institute, "officer-1")
funder_signed = signed(None, "finance-1")
all_signed = (terminal_signed, robots_signed, institute_signed, funder_signed)


def admitted(organisation_id: str, on: date = date(2020, 6, 12)) -> MemberAdmitted:
    """A membership, by this project."""
    return MemberAdmitted(organisation_id=organisation_id, project_id=project, admitted_on=on)


executed = AgreementExecuted(
    project_id=project,
    programme="scale-ai",
    title=drafted.title,
    lead_organisation_id=terminal,
    participants=participants,
    budget=budget,
    rates=tuple(
        AgreedRate(
            organisation_id=organisation_id,
            kind=kind,
            rate=Fraction(1, 3),
            applies_from=date(2020, 7, 20),
        )
        for organisation_id in (terminal, robots)
        for kind in COST_KINDS
    ),
    ceiling_cents=30_000_000,
    participant_caps=(),
    envelope_id="federal-2018",
    eligible_from=date(2020, 7, 20),
    end_date=date(2020, 12, 31),
    calendar="fiscal_quarters",
    holdback_pct=Fraction(1, 10),
    approval_bands=ApprovalBands(),
    reallocation_free_pct=Fraction(1, 5),
    overhead_pct=Fraction(0),
    fx_policy="published_rate_of_payment_date",
    retention_years=7,
    policy_version="2018-1",
    executed_on=date(2020, 6, 15),
    executed_by="officer-1",
)

History = dict[str, list[Event | Heard]]


def award_heard() -> History:
    """The approval and its version are known, the policy published, the envelope open."""
    return {
        policy_stream: [policy],
        envelope_stream: [envelope],
        award_stream: [approved],
        proposal_stream: [detailed],
    }


def ready_to_execute() -> History:
    """Nothing is missing: commitment, terms, signatures and memberships are all there."""
    return {
        policy_stream: [policy],
        envelope_stream: [envelope, reserved],
        agreement_stream: [drafted, terms_stated, *all_signed],
        f"organisation-{terminal}": [admitted(terminal)],
        f"organisation-{robots}": [admitted(robots)],
    }


def in_force() -> History:
    """The agreement is executed."""
    return {**ready_to_execute(), agreement_stream: [drafted, terms_stated, *all_signed, executed]}
