"""Which command of an agreement is legal where: the table that deciders, tests and README read."""

from services.reimbursement.commands import agreement as asked
from services.reimbursement.commands import amendment, consortium, course
from services.reimbursement.domain.agreement import (
    AgreementNotActive,
    AgreementNotFound,
    ProjectIsSuspended,
)
from services.reimbursement.domain.agreement_refusals import (
    AgreementNotClosable,
    AgreementNotReady,
    AlreadyExecuted,
    ConditionsPending,
    FinalReportAlreadyAccepted,
    NotSuspended,
    ProjectAlreadyCompleted,
)
from services.reimbursement.domain.agreement_status import STATES, Status
from shared.kernel.transitions import Row, Transitions, moves, stays

UNSIGNED: tuple[Status, ...] = ("drafted", "conditions_pending", "signature_pending")
EXECUTED: tuple[Status, ...] = (
    "active",
    "suspended",
    "completed",
    "terminated",
    "closing",
)
_REPORTED: dict[Status, type[ProjectIsSuspended]] = {"suspended": ProjectIsSuspended}
_AMENDING: Row[Status] = stays("active", "suspended", "completed", otherwise=AgreementNotActive)

TABLE: Transitions[Status] = Transitions(
    STATES,
    {
        asked.StateTerms: stays(*UNSIGNED, otherwise=AlreadyExecuted),
        asked.SignAgreement: moves(
            {"drafted": "signature_pending", "signature_pending": "signature_pending"},
            otherwise=AlreadyExecuted,
            refused={"conditions_pending": ConditionsPending},
        ),
        asked.ExecuteAgreement: moves(
            {"signature_pending": "active"},
            otherwise=AlreadyExecuted,
            refused={"drafted": AgreementNotReady, "conditions_pending": AgreementNotReady},
        ),
        amendment.ProposeAmendment: _AMENDING,
        amendment.RebaseAmendment: _AMENDING,
        amendment.ApproveAmendment: _AMENDING,
        amendment.SignAmendment: _AMENDING,
        amendment.RejectAmendment: _AMENDING,
        amendment.WithdrawAmendment: _AMENDING,
        consortium.JoinParticipant: stays("active", "suspended", otherwise=AgreementNotActive),
        consortium.WithdrawParticipant: stays(*UNSIGNED, *EXECUTED, otherwise=AgreementNotActive),
        course.SuspendProject: moves(
            {"active": "suspended"}, otherwise=AgreementNotActive, refused=_REPORTED
        ),
        course.ResumeProject: moves({"suspended": "active"}, otherwise=NotSuspended),
        course.ReportMilestone: stays(
            "active",
            "completed",
            "terminated",
            "closing",
            otherwise=AgreementNotActive,
            refused=_REPORTED,
        ),
        course.TerminateAgreement: moves(
            {
                "active": ("terminated", "closing"),
                "suspended": ("terminated", "closing"),
            },
            otherwise=AgreementNotActive,
            refused={"completed": ProjectAlreadyCompleted},
        ),
        asked.SubmitFinalReport: stays(
            "active",
            "completed",
            "terminated",
            otherwise=AgreementNotActive,
            refused={**_REPORTED, "closing": FinalReportAlreadyAccepted},
        ),
        asked.AcceptFinalReport: moves(
            {"active": "active", "completed": "closing", "terminated": "closing"},
            otherwise=AgreementNotActive,
            refused={**_REPORTED, "closing": FinalReportAlreadyAccepted},
        ),
        asked.ReportIpOutcome: stays(
            "active",
            "completed",
            "terminated",
            "closing",
            otherwise=AgreementNotActive,
            refused=_REPORTED,
        ),
        asked.CompleteProject: moves(
            {"active": ("completed", "closing")},
            otherwise=AgreementNotActive,
            refused={
                **_REPORTED,
                "completed": ProjectAlreadyCompleted,
                "closing": ProjectAlreadyCompleted,
            },
        ),
        asked.CloseAgreement: moves(
            {"closing": "closed"},
            otherwise=AgreementNotActive,
            refused={
                **_REPORTED,
                **dict.fromkeys(("active", "completed", "terminated"), AgreementNotClosable),
            },
        ),
    },
    refused={"absent": AgreementNotFound},
    heard={
        "ProjectApproved": {"absent": ("drafted", "conditions_pending")},
        "AwardConditionSatisfied": {"conditions_pending": "signature_pending"},
    },
)
