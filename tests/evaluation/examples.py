"""One memorable story: an adopter and a start-up of 85 people plan a port together, in 2020."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any, TypeAlias

from services.evaluation.app import DOMAIN
from services.evaluation.commands import (
    AcceptDetailedProposal,
    AssessCondition,
    AssignReviewer,
    ClearDueDiligence,
    ConcludeEligibility,
    ConfirmDecision,
    ConveneCommittee,
    DeclareConflict,
    LockScores,
    MakeRecommendation,
    OpenEligibilityReview,
    ProposeDecision,
    ReturnDetailedProposal,
    ScoreCriterion,
    SubmitReview,
)
from services.evaluation.events.eligibility import EligibilityConditionAssessed
from services.evaluation.events.policy import Parameters, PolicyPublished
from services.evaluation.events.vocabulary import Declaration
from services.evaluation.inbound import (
    BudgetLine,
    DetailedProposalSubmitted,
    NamedParty,
    OrganisationRegistered,
    ParticipantConfirmed,
    ProposalSubmitted,
    SizeAttested,
    WorkPackage,
)
from shared.kernel.commands import Actor, Command
from shared.kernel.eligibility import Condition, Verdict
from shared.kernel.events import Event, Heard
from shared.kernel.periods import start_of_day
from shared.kernel.policy_book import PublishPolicy
from tests.support.spec import Given, given

Told: TypeAlias = Event | Heard

PROJECT = "prj_" + "1" * 32
LEAD = "org_" + "a" * 32
STARTUP = "org_" + "b" * 32
OUTSIDER = "org_" + "c" * 32
POLICIES = "policy-evaluation"
EVALUATION = f"evaluation-{PROJECT}"
PROPOSAL = f"proposal-{PROJECT}"
OF_LEAD = f"organisation-{LEAD}"
OF_STARTUP = f"organisation-{STARTUP}"
INITIAL, DETAILED, REVISED = "1" * 64, "2" * 64, "3" * 64

SUBMITTED_ON = date(2020, 6, 15)
DETAILED_ON = date(2020, 8, 3)
DECIDED_ON = date(2020, 9, 14)
START = date(2020, 11, 2)
NOW = datetime(2020, 9, 14, 15, 0, tzinfo=UTC)


def actor(person: str, *roles: str, organisation_id: str | None = None) -> Actor:
    """A person with these roles."""
    return Actor(person=person, roles=frozenset(roles), organisation_id=organisation_id)


OFFICER = actor("officer-1", "programme_officer")
OFFICER_2 = actor("officer-2", "programme_officer")
REVIEWERS = [actor(f"reviewer-{number}", "reviewer") for number in (1, 2, 3)]
FOUR = actor("reviewer-4", "reviewer")
MEMBERS = [actor(f"member-{number}", "committee") for number in (1, 2, 3)]


def who(by: Actor = OFFICER, on: date = DECIDED_ON) -> dict[str, Any]:
    """The fields that every command has: asked by a person, effective on a civil day."""
    return {"by": by, "now": NOW, "effective_at": start_of_day(on)}


def policy(version: str = "2020-1", **changes: object) -> PolicyPublished:
    """The usual rules as a published version, with some parameters changed."""
    return PolicyPublished(
        programme="scale-ai",
        version=version,
        parameters=Parameters.model_validate(changes),
        effective_from=date(2018, 4, 1),
        effective_to=None,
        reason="The programme's usual rules",
        published_by="officer-1",
    )


submitted = ProposalSubmitted(
    project_id=PROJECT,
    programme="scale-ai",
    version=1,
    content_hash=INITIAL,
    title="Prévisions d’arrivée au port",
    lead_organisation_id=LEAD,
    participants=(
        NamedParty(organisation_id=LEAD, name="Port du Fleuve"),
        NamedParty(organisation_id=STARTUP, name="Marée IA inc."),
    ),
    planned_start=START,
    endorsed=True,
    work_places=("QC", "CA-ON"),
    section_hashes={"summary": "5" * 64},
    submitted_on=SUBMITTED_ON,
)
detailed = DetailedProposalSubmitted(
    **{
        **submitted.model_dump(),
        "participants": submitted.participants,
        "version": 2,
        "content_hash": DETAILED,
        "submitted_on": DETAILED_ON,
    },
    budget_lines=(BudgetLine(organisation_id=LEAD),),
    work_plan=(WorkPackage(name="Pilot"),),
    ip_plan_declared=True,
)


def confirmed(organisation_id: str = STARTUP, content_hash: str = INITIAL) -> ParticipantConfirmed:
    """A participant confirmed a version."""
    return ParticipantConfirmed(
        project_id=PROJECT, organisation_id=organisation_id, content_hash=content_hash
    )


def registered(
    organisation_id: str, name: str, business_number: str | None = None
) -> OrganisationRegistered:
    """An organisation is known."""
    return OrganisationRegistered(
        organisation_id=organisation_id, name=name, business_number=business_number
    )


def attested(
    organisation_id: str, fte: str, affiliates_fte: str = "0", as_of: date = date(2020, 1, 1)
) -> SizeAttested:
    """An organisation's size as of a day."""
    return SizeAttested(
        organisation_id=organisation_id,
        fte=Decimal(fte),
        affiliates_fte=Decimal(affiliates_fte),
        as_of=as_of,
        evidence_sha256="e" * 64,
    )


HISTORY: dict[str, Sequence[Told]] = {
    POLICIES: [policy()],
    PROPOSAL: [confirmed(), submitted],
    OF_LEAD: [registered(LEAD, "Port du Fleuve"), attested(LEAD, "812.5")],
    OF_STARTUP: [registered(STARTUP, "Marée IA inc."), attested(STARTUP, "85")],
}


def world(**streams: Sequence[Told]) -> Given:
    """The story's history, with some streams replaced by their short names."""
    names = {"policies": POLICIES, "proposal": PROPOSAL, "lead": OF_LEAD, "startup": OF_STARTUP}
    return given(DOMAIN, {**HISTORY, **{names[name]: of for name, of in streams.items()}})


def heard(here: Given, stream: str, *events: Told) -> Given:
    """The same history after something was heard."""
    known = [*here.history.get(stream, ()), *events]
    return replace(here, history={**here.history, stream: known})


publish = PublishPolicy(
    programme="scale-ai",
    version="2020-1",
    parameters=Parameters(),
    effective_from=date(2018, 4, 1),
    effective_to=None,
    reason="The programme's usual rules",
    **who(),
)
open_review = OpenEligibilityReview(
    project_id=PROJECT, content_hash=INITIAL, **who(on=SUBMITTED_ON)
)


def assess(
    condition: Condition,
    verdict: Verdict = "met",
    *,
    reason: str = "Seen and agreed",
    by: Actor = OFFICER,
    on: date = SUBMITTED_ON,
) -> AssessCondition:
    """A verdict for one condition."""
    return AssessCondition(
        project_id=PROJECT,
        condition=condition,
        verdict=verdict,
        reason=reason,
        **who(by, on),
    )


def assessed(here: Given, command: Command) -> EligibilityConditionAssessed:
    """The one verdict that is recorded."""
    (event,) = here.when(command).then_names("EligibilityConditionAssessed")
    assert isinstance(event, EligibilityConditionAssessed)
    return event


assess_all: list[Command] = [
    assess("scope"),
    assess("incremental"),
    assess("participants"),
    assess("sme"),
    assess("readiness"),
    assess("canada"),
]
conclude = ConcludeEligibility(project_id=PROJECT, **who(on=SUBMITTED_ON))
accept = AcceptDetailedProposal(project_id=PROJECT, **who(on=DETAILED_ON))
send_back = ReturnDetailedProposal(
    project_id=PROJECT,
    gaps=("The budget has no dissemination",),
    **who(on=DETAILED_ON),
)


def assign(by: Actor, *affiliations: str) -> AssignReviewer:
    """This person is asked to review."""
    return AssignReviewer(
        project_id=PROJECT,
        person=by.person,
        affiliations=affiliations,
        **who(on=DETAILED_ON),
    )


def declare(by: Actor, declaration: Declaration = "none") -> DeclareConflict:
    """A reviewer's declaration."""
    return DeclareConflict(project_id=PROJECT, declaration=declaration, **who(by))


def score(by: Actor, criterion: str, points: str | None) -> ScoreCriterion:
    """A reviewer's score; no points mean not applicable."""
    return ScoreCriterion(
        project_id=PROJECT,
        criterion=criterion,
        score=None if points is None else Decimal(points),
        rationale="As the pilot's figures show",
        **who(by),
    )


def submit(by: Actor) -> SubmitReview:
    """A reviewer is finished."""
    return SubmitReview(project_id=PROJECT, **who(by))


CRITERIA = ("team", "business", "strategic", "ecosystem")
C_035 = (
    ("4.5", "3.5", None, "4.0"),
    ("4.0", "2.5", "5.0", "3.5"),
    ("3.0", None, "3.5", None),
)
"""Three reviews with criteria that do not apply: 75.42, exactly 905/12."""
C_036 = (
    ("4", "4", "3.5", "4.5"),
    ("3.5", "3", "4", "3"),
    ("5", "5", "5", "5"),
    ("3", "4.5", "3.5", "3.5"),
)
"""Four reviews; the third one's conflict is disclosed after the selection."""


def review(by: Actor, points: Sequence[str | None]) -> list[Command]:
    """A whole review: assigned, without conflict, scored, submitted."""
    scored = [score(by, name, given) for name, given in zip(CRITERIA, points, strict=True)]
    return [assign(by), declare(by), *scored, submit(by)]


lock = LockScores(project_id=PROJECT, **who())
clear = ClearDueDiligence(project_id=PROJECT, reason="Registers searched", **who())
recommend = MakeRecommendation(
    project_id=PROJECT,
    outcome="approved",
    reasons=("Strong team",),
    **who(),
)
convene = ConveneCommittee(
    project_id=PROJECT,
    attendees=tuple(member.person for member in MEMBERS),
    recusals=(),
    **who(),
)
propose = ProposeDecision(
    project_id=PROJECT,
    outcome="approved",
    rate=Fraction(27, 83),
    ceiling_cents=270_000_000,
    envelope_id="isi-2018",
    conditions=(),
    reasons=(),
    **who(MEMBERS[0]),
)
propose_decline = ProposeDecision(
    project_id=PROJECT,
    outcome="declined",
    reasons=("Little for others in it",),
    **who(MEMBERS[0]),
)
confirm = ConfirmDecision(project_id=PROJECT, **who(MEMBERS[1]))


@cache
def at_eligibility() -> Given:
    """The review is open, nothing is assessed."""
    return world().after(open_review)


@cache
def eligible() -> Given:
    """All six conditions are met and concluded."""
    return at_eligibility().after(*assess_all, conclude)


@cache
def at_selection() -> Given:
    """A detailed version, confirmed by all, is accepted."""
    return heard(eligible(), PROPOSAL, detailed, confirmed(STARTUP, DETAILED)).after(accept)


@cache
def reviewed() -> Given:
    """Three reviews are in, as in case C-035."""
    reviews = [review(by, points) for by, points in zip(REVIEWERS, C_035, strict=True)]
    return at_selection().after(*[command for commands in reviews for command in commands])


@cache
def at_committee() -> Given:
    """Everything is ready for a decision."""
    return reviewed().after(lock, clear, recommend, convene)


@cache
def decided() -> Given:
    """The project is approved by two persons."""
    return at_committee().after(propose, confirm)
