"""Which command is legal where: the one table that deciders, tests and the diagram read."""

from services.intake import commands as asked
from services.intake.domain.refusals import (
    ContentNotOpen,
    DetailedStageAlreadyOpen,
    DetailedStageNotOpen,
    InformationNotRequested,
    NothingToReassess,
    NothingToResubmit,
    NotIdle,
    NotYetEligible,
    ProposalAlreadyDrafted,
    ProposalAlreadySubmitted,
    ProposalEnded,
    ProposalIsExpired,
    ProposalNotExpired,
    ProposalNotFound,
)
from services.intake.domain.status import STATES, Status
from shared.kernel.transitions import Row, Transitions, moves, stays

OPEN: tuple[Status, ...] = ("draft", "detailing", "returned")
"""Where the content may change; anywhere else it would change a submitted version (I-9)."""
LIVE: tuple[Status, ...] = (
    "draft",
    "submitted",
    "information_requested",
    "ineligible",
    "reassessment_requested",
    "eligible",
    "detailing",
    "detailed_submitted",
    "returned",
    "in_selection",
)
"""Before the decision."""
ENDED: tuple[Status, ...] = ("withdrawn", "selected", "not_selected")
IDLE: tuple[Status, ...] = ("draft", "information_requested", "eligible", "detailing", "returned")
"""Where it is the applicant's turn, so that nothing happens unless it acts."""
_ELIGIBLE: tuple[Status, ...] = ("eligible", "detailing", "detailed_submitted", "returned")
"""Where a proposal stands that was found eligible; also again, after a verdict was corrected."""

_CONTENT: Row[Status] = stays(*OPEN, otherwise=ContentNotOpen)
_BEFORE_THE_DECISION: Row[Status] = stays(*LIVE, otherwise=ProposalEnded)
_ALSO_AFTER_AN_AWARD: Row[Status] = stays(*LIVE, "selected", otherwise=ProposalEnded)
"""Facts that come late and are recorded all the same: they re-open checks, never the history."""

TABLE: Transitions[Status] = Transitions(
    STATES,
    {
        asked.DraftProposal: moves(
            {"absent": "draft"},
            otherwise=ProposalAlreadyDrafted,
            refused=dict.fromkeys((*ENDED, "expired"), ProposalAlreadyDrafted),
        ),
        asked.InviteParticipant: _CONTENT,
        asked.RemoveParticipant: _CONTENT,
        asked.ChangeLead: _CONTENT,
        asked.ReviseSection: _CONTENT,
        asked.ProposeBudget: _CONTENT,
        asked.ProposeWorkPlan: _CONTENT,
        asked.DeclareIpPlan: _CONTENT,
        asked.ConfirmParticipation: _BEFORE_THE_DECISION,
        asked.DeclineParticipation: _BEFORE_THE_DECISION,
        asked.HoldParticipantsDistinct: _BEFORE_THE_DECISION,
        asked.RecordExecutiveEndorsement: _BEFORE_THE_DECISION,
        asked.WithdrawExecutiveEndorsement: _ALSO_AFTER_AN_AWARD,
        asked.DeclareOtherFunding: _ALSO_AFTER_AN_AWARD,
        asked.RequestNda: _ALSO_AFTER_AN_AWARD,
        asked.RecordNda: _ALSO_AFTER_AN_AWARD,
        asked.RecordCoachingNote: _ALSO_AFTER_AN_AWARD,
        asked.SubmitProposal: moves({"draft": "submitted"}, otherwise=ProposalAlreadySubmitted),
        asked.ProvideInformation: moves(
            {
                "information_requested": (
                    "information_requested",
                    "submitted",
                    "reassessment_requested",
                ),
                "in_selection": "in_selection",
            },
            otherwise=InformationNotRequested,
        ),
        asked.RequestReassessment: moves(
            {"ineligible": "reassessment_requested"}, otherwise=NothingToReassess
        ),
        asked.OpenDetailedProposal: moves(
            {"eligible": "detailing"},
            otherwise=DetailedStageAlreadyOpen,
            refused=dict.fromkeys(
                (
                    "draft",
                    "submitted",
                    "information_requested",
                    "ineligible",
                    "reassessment_requested",
                ),
                NotYetEligible,
            ),
        ),
        asked.SubmitDetailedProposal: moves(
            {"detailing": "detailed_submitted", "returned": "detailed_submitted"},
            otherwise=DetailedStageNotOpen,
        ),
        asked.WithdrawProposal: moves(
            dict.fromkeys((*LIVE, "expired"), "withdrawn"), otherwise=ProposalEnded
        ),
        asked.ExpireProposal: moves(dict.fromkeys(IDLE, "expired"), otherwise=NotIdle),
        asked.ReinstateProposal: moves({"expired": LIVE}, otherwise=ProposalNotExpired),
        asked.ResubmitProposal: stays(
            "ineligible", "not_selected", "withdrawn", "expired", otherwise=NothingToResubmit
        ),
    },
    refused={
        "absent": ProposalNotFound,
        "expired": ProposalIsExpired,
        **dict.fromkeys(ENDED, ProposalEnded),
    },
    heard={
        "InformationRequested": dict.fromkeys(
            ("submitted", "reassessment_requested"), "information_requested"
        ),
        "InformationRequestClosed": {
            "information_requested": ("submitted", "reassessment_requested")
        },
        "EligibilityAssessed": {
            "submitted": ("eligible", "ineligible"),
            "information_requested": (*_ELIGIBLE, "ineligible"),
            "reassessment_requested": (*_ELIGIBLE, "ineligible"),
        },
        "EligibilityVerdictCorrected": {
            **dict.fromkeys(_ELIGIBLE, "ineligible"),
            "ineligible": _ELIGIBLE,
        },
        "DetailedProposalReturned": {"detailed_submitted": "returned"},
        "DetailedProposalAccepted": {"detailed_submitted": "in_selection"},
        "ProjectApproved": {"in_selection": "selected", "not_selected": "selected"},
        "ProjectDeclined": {"in_selection": "not_selected", "selected": "not_selected"},
        "AwardConditionExpired": {"selected": "not_selected"},
        "DecisionRescinded": {"selected": "not_selected", "not_selected": "in_selection"},
    },
)
"""Every state and every command; in the last row the state is the earlier proposal's."""
