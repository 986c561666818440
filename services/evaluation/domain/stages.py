"""Which command is legal at which stage of an evaluation: one table, for deciders and diagram."""

from typing import Literal, TypeAlias, get_args

from services.evaluation import commands as asked
from shared.kernel.commands import Command
from shared.kernel.refusals import NotFound, Refusal
from shared.kernel.transitions import Moves, Row, Transitions, moves, stays

Stage: TypeAlias = Literal[
    "absent",
    "eligibility_review",
    "awaiting_information",
    "ineligible",
    "awaiting_detail",
    "completeness_check",
    "assigning",
    "scoring",
    "scores_locked",
    "due_diligence",
    "recommended",
    "committee",
    "deferred",
    "approved",
    "approved_with_conditions",
    "declined",
    "reopened",
    "rescinded",
    "lapsed",
    "stopped",
]
STAGES: tuple[Stage, ...] = get_args(Stage)
ELIGIBILITY: tuple[Stage, ...] = ("eligibility_review", "awaiting_information")
DETAIL: tuple[Stage, ...] = ("awaiting_detail", "completeness_check")
"""Eligible; the detailed version is awaited, or is there to be checked."""
UNLOCKED: tuple[Stage, ...] = ("assigning", "scoring", "reopened")
"""Where reviewers work; `reopened` is where an evaluation is put by people with authority (E-7)."""
SCORED: tuple[Stage, ...] = ("scoring", "reopened")
"""Where there may be scores already, and they may still change."""
LOCKED: tuple[Stage, ...] = (
    "scores_locked",
    "due_diligence",
    "recommended",
    "committee",
    "deferred",
)
SELECTION: tuple[Stage, ...] = (*UNLOCKED, *LOCKED)
"""From the accepted detailed version to the decision."""
APPROVED: tuple[Stage, ...] = ("approved", "approved_with_conditions")
DECIDED: tuple[Stage, ...] = (*APPROVED, "declined")


class EvaluationNotFound(NotFound):
    """No evaluation of this project is known; it opens when its proposal is submitted."""

    french = "Aucune évaluation de ce projet n'est connue; elle s'ouvre à la soumission."


class NotAtThisStage(Refusal):
    """The evaluation is at another stage; this step is possible at the listed ones only."""

    french = "L'évaluation est à une autre étape; ceci n'est possible qu'aux étapes énumérées."


class EligibilityConcluded(Refusal):
    """Eligibility was already concluded for this proposal; a wrong verdict can be corrected."""

    rule = "E-0"
    french = "L'admissibilité est déjà conclue; un verdict erroné peut être corrigé."


class NotIneligible(Refusal):
    """Only a proposal that was found ineligible is assessed once more."""

    rule = "E-0"
    french = "Seule une proposition jugée inadmissible est évaluée une nouvelle fois."


class EligibilityNotConcluded(Refusal):
    """Eligibility is not concluded yet: assess the condition, there is nothing to correct."""

    rule = "E-0"
    french = "L'admissibilité n'est pas conclue : évaluez la condition, rien n'est à corriger."


class ScoresAreLocked(Refusal):
    """The scores are locked; nothing changes unless the evaluation is reopened."""

    rule = "E-7"
    french = "Les notes sont verrouillées; rien ne change sans réouverture de l'évaluation."


class ScoresNotLocked(Refusal):
    """The scores are not locked: declare the conflict, or exclude the review."""

    rule = "E-11"
    french = "Les notes ne sont pas verrouillées : déclarez le conflit, ou excluez l'évaluation."


class AlreadyDecided(Refusal):
    """This project is decided; nothing changes unless the evaluation is reopened."""

    rule = "E-7"
    french = "Ce projet est décidé; rien ne change sans réouverture de l'évaluation."


class NotDecided(Refusal):
    """Nothing is decided yet that this could be about."""

    rule = "E-9"
    french = "Rien n'est encore décidé à quoi ceci pourrait se rapporter."


class DecisionIsRescinded(Refusal):
    """The decision was rescinded; reopen the evaluation to decide anew."""

    rule = "E-11"
    french = "La décision a été annulée; rouvrez l'évaluation pour décider de nouveau."


class AwardHasLapsed(Refusal):
    """The award lapsed because a condition was not satisfied in time; it does not come back."""

    french = "L'octroi est échu, une condition n'ayant pas été remplie à temps; il ne revient pas."


class ProposalIsWithdrawn(Refusal):
    """The lead withdrew this proposal; nothing about it is assessed or decided any more."""

    french = "Le demandeur a retiré cette proposition; plus rien n'y est évalué ni décidé."


def _here(*stages: Stage) -> Row[Stage]:
    """Legal at these stages, and moving nothing."""
    return stays(*stages, otherwise=NotAtThisStage)


def _moving(to: Moves[Stage]) -> Row[Stage]:
    return moves(to, otherwise=NotAtThisStage)


def _unlocked(to: Moves[Stage]) -> Row[Stage]:
    """Legal before the lock only (E-7)."""
    locked = dict.fromkeys(LOCKED, ScoresAreLocked)
    return moves(to, otherwise=NotAtThisStage, refused=locked)


def _same(*stages: Stage) -> dict[Stage, Stage]:
    return {stage: stage for stage in stages}


_STILL_OPEN: tuple[Stage, ...] = (*ELIGIBILITY, "ineligible", *DETAIL, *SELECTION)
_UNCONCLUDED = dict.fromkeys(ELIGIBILITY, EligibilityNotConcluded)
_ASKING: dict[Stage, Stage | tuple[Stage, ...]] = {"eligibility_review": ELIGIBILITY}
_ANSWERED: dict[Stage, Stage | tuple[Stage, ...]] = {"awaiting_information": ELIGIBILITY}

ROWS: dict[type[Command], Row[Stage]] = {
    asked.OpenEligibilityReview: moves(
        dict.fromkeys(("absent", *ELIGIBILITY), "eligibility_review"),
        otherwise=EligibilityConcluded,
    ),
    asked.ReassessEligibility: moves({"ineligible": "eligibility_review"}, otherwise=NotIneligible),
    asked.StopEvaluation: _moving(dict.fromkeys(_STILL_OPEN, "stopped")),
    asked.AssessCondition: moves(
        {**_ASKING, **_ANSWERED, **_same(*SELECTION)}, otherwise=EligibilityConcluded
    ),
    asked.RecomputeSize: _moving({**_same("eligibility_review"), **_ANSWERED}),
    asked.CorrectVerdict: moves(
        {
            "ineligible": ("ineligible", "awaiting_detail"),
            "awaiting_detail": ("awaiting_detail", "ineligible"),
            "completeness_check": ("completeness_check", "ineligible"),
        },
        otherwise=NotAtThisStage,
        refused=_UNCONCLUDED,
    ),
    asked.ReopenCheck: stays(
        *ELIGIBILITY, *DETAIL, *SELECTION, *APPROVED, otherwise=NotAtThisStage
    ),
    asked.RequestInformation: _moving({**_ASKING, **_same("awaiting_information", *SELECTION)}),
    asked.CloseInformationRequest: _moving(
        {**_ANSWERED, **_same("eligibility_review", *SELECTION)}
    ),
    asked.ConcludeEligibility: moves(
        {
            "eligibility_review": ("awaiting_detail", "ineligible"),
            "awaiting_information": "ineligible",
        },
        otherwise=EligibilityConcluded,
    ),
    asked.OpenCompletenessCheck: _moving(dict.fromkeys(DETAIL, "completeness_check")),
    asked.ReturnDetailedProposal: _moving(dict.fromkeys(DETAIL, "awaiting_detail")),
    asked.AcceptDetailedProposal: _moving(dict.fromkeys(DETAIL, "assigning")),
    asked.PauseClock: _here(*SELECTION),
    asked.ResumeClock: _here(*SELECTION),
    asked.MissTarget: _here(*SELECTION),
    asked.AssignReviewer: _unlocked(_same(*UNLOCKED)),
    asked.DeclareConflict: _unlocked(_same(*UNLOCKED)),
    asked.RecuseAffiliated: _here(*SELECTION, *DECIDED),
    asked.ScoreCriterion: _unlocked(dict.fromkeys(UNLOCKED, "scoring")),
    asked.SubmitReview: _unlocked(_same(*SCORED)),
    asked.ReviseReview: _unlocked(_same(*SCORED)),
    asked.ExcludeReview: _unlocked(_same(*UNLOCKED)),
    asked.LockScores: _unlocked(dict.fromkeys(SCORED, "scores_locked")),
    asked.DiscloseConflict: moves(
        _same(*LOCKED, *DECIDED),
        otherwise=NotAtThisStage,
        refused=dict.fromkeys(UNLOCKED, ScoresNotLocked),
    ),
    asked.RecordFinding: _moving({**_same(*LOCKED), "scores_locked": "due_diligence"}),
    asked.ClearDueDiligence: _moving({**_same(*LOCKED), "scores_locked": "due_diligence"}),
    asked.MakeRecommendation: _moving(
        dict.fromkeys(("due_diligence", "recommended"), "recommended")
    ),
    asked.ConveneCommittee: _moving(
        dict.fromkeys(("recommended", "committee", "deferred"), "committee")
    ),
    asked.RecordVote: _here("committee"),
    asked.ProposeDecision: _here("committee"),
    asked.ConfirmDecision: _moving({"committee": (*DECIDED, "deferred")}),
    asked.CommunicateDecision: stays(
        *DECIDED, "deferred", "rescinded", "lapsed", otherwise=NotDecided
    ),
    asked.SatisfyCondition: moves(
        {**_same(*SCORED, *LOCKED), "approved_with_conditions": APPROVED},
        otherwise=NotDecided,
    ),
    asked.ExpireConditions: moves(
        dict.fromkeys(("approved_with_conditions", *SCORED, *LOCKED), "lapsed"),
        otherwise=NotDecided,
    ),
    asked.ReopenEvaluation: _moving(dict.fromkeys((*LOCKED, *DECIDED, "rescinded"), "reopened")),
    asked.ProposeReconsideration: stays(*DECIDED, otherwise=NotDecided),
    asked.ConfirmReconsideration: moves(
        {stage: (stage, "rescinded") for stage in DECIDED}, otherwise=NotDecided
    ),
}

TABLE: Transitions[Stage] = Transitions(
    STAGES,
    ROWS,
    refused={
        "absent": EvaluationNotFound,
        **dict.fromkeys(DECIDED, AlreadyDecided),
        "rescinded": DecisionIsRescinded,
        "lapsed": AwardHasLapsed,
        "stopped": ProposalIsWithdrawn,
    },
)
