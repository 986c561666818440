"""How far a project has come, in the words of its owners, whatever order audit heard them in."""

from dataclasses import dataclass, replace

from services.audit.inbound import Fields, Told

DECIDED = frozenset({"approved", "approved_with_conditions", "declined"})
IN_SELECTION = frozenset(
    {"assigning", "scoring", "scores_locked", "recommended", "committee", *DECIDED}
)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where each owner says that a project stands; the versions tell whose word is newer."""

    proposal: str | None = None
    proposal_version: int = 0
    """The last version submitted, 0 before."""
    evaluation: str | None = None
    evaluation_version: int = 0
    """The last version that evaluation took up, 0 before."""
    agreement: str | None = None
    report_accepted: bool = False
    """Whether the final report is accepted."""

    @property
    def stage(self) -> str | None:
        """One word for the whole project; nothing where no owner has placed it yet."""
        if self.agreement is not None:
            return self.agreement
        if self.evaluation in DECIDED:
            return self.evaluation
        if self.proposal == "withdrawn" or self.proposal_version > self.evaluation_version:
            return self.proposal
        if self.proposal == "detailing" and self.evaluation == "eligible":
            return self.proposal
        return self.evaluation or self.proposal


_PROPOSAL = {
    "ProposalDrafted": "draft",
    "ProposalSubmitted": "submitted",
    "DetailedProposalOpened": "detailing",
    "DetailedProposalSubmitted": "detailed_submitted",
    "ProposalWithdrawn": "withdrawn",
}
_EVALUATION = {
    "EligibilityReviewOpened": "eligibility_review",
    "DetailedProposalReturned": "returned",
    "DetailedProposalAccepted": "assigning",
    "CriterionScored": "scoring",
    "ScoresLocked": "scores_locked",
    "RecommendationMade": "recommended",
    "CommitteeConvened": "committee",
    "ProjectDeclined": "declined",
}
_AGREEMENT = {
    "AgreementDrafted": "drafted",
    "AgreementSigned": "signature_pending",
    "AgreementExecuted": "active",
    "ProjectSuspended": "suspended",
    "ProjectResumed": "active",
    "ProjectCompleted": "completed",
    "AgreementTerminated": "terminated",
    "AgreementClosed": "closed",
}


_ENDS = ("completed", "terminated")


def agreement_stage(name: str, fields: Fields, before: str | None, *, accepted: bool) -> str | None:
    """Where an event of reimbursement puts an agreement; nothing where it moves none.

    Once the work ended and its final report is accepted, only the closing is left (R-16).
    """
    if name == "FinalReportAccepted":
        return "closing" if before in _ENDS else None
    if name == "AgreementDrafted":
        return "conditions_pending" if fields.texts("conditions") else "drafted"
    if name == "AgreementConditionSatisfied":
        return "signature_pending" if fields.whole("left") == 0 else None
    stage = _AGREEMENT.get(name)
    return "closing" if accepted and stage in _ENDS else stage


def moved(standing: Standing, told: Told, fields: Fields) -> Standing:
    """Where the project stands after one more event, which may say nothing about it."""
    match told.origin:
        case "intake" if told.name in _PROPOSAL:
            version = fields.whole("version") or standing.proposal_version
            return replace(standing, proposal=_PROPOSAL[told.name], proposal_version=version)
        case "evaluation":
            return _evaluated(standing, told, fields)
        case "reimbursement":
            return _agreed(standing, told, fields)
        case _:
            return standing


def _agreed(standing: Standing, told: Told, fields: Fields) -> Standing:
    accepted = standing.report_accepted
    stage = agreement_stage(told.name, fields, standing.agreement, accepted=accepted)
    if told.name == "FinalReportAccepted":
        standing = replace(standing, report_accepted=True)
    return replace(standing, agreement=stage) if stage else standing


def _evaluated(standing: Standing, told: Told, fields: Fields) -> Standing:
    match told.name:
        case "EligibilityAssessed":
            if not fields.flag("eligible"):
                return replace(standing, evaluation="ineligible")
            further = standing.evaluation in IN_SELECTION
            return standing if further else replace(standing, evaluation="eligible")
        case "ProjectApproved":
            conditions = bool(fields.texts("conditions"))
            stage = "approved_with_conditions" if conditions else "approved"
            return replace(standing, evaluation=stage)
        case name if name in _EVALUATION:
            version = fields.whole("proposal_version") or standing.evaluation_version
            return replace(standing, evaluation=_EVALUATION[name], evaluation_version=version)
        case _:
            return standing
