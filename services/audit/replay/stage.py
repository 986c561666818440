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
    "ProjectCompleted": "completed",
    "AgreementClosed": "closed",
}


def moved(standing: Standing, told: Told, fields: Fields) -> Standing:
    """Where the project stands after one more event, which may say nothing about it."""
    match told.origin:
        case "intake" if told.name in _PROPOSAL:
            version = fields.whole("version") or standing.proposal_version
            return replace(standing, proposal=_PROPOSAL[told.name], proposal_version=version)
        case "evaluation":
            return _evaluated(standing, told, fields)
        case "reimbursement" if told.name in _AGREEMENT:
            return replace(standing, agreement=_AGREEMENT[told.name])
        case _:
            return standing


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
