"""Which command is legal where: the one table that deciders, tests and the diagram read."""

from collections.abc import Mapping

from services.membership import commands as asked
from services.membership.domain.organisation import Organisation
from services.membership.domain.refusals import (
    AlreadyMember,
    AlreadySuspended,
    AssociateOwesNoFee,
    BeyondAssociate,
    FeeNotAssessed,
    FeeStillOwed,
    MembershipEnded,
    NoApplication,
    NoCandidacy,
    NoOpenCandidacy,
    NoProfile,
    NotAMember,
    NotAssociate,
    NothingToReverse,
    NotInTheCommunity,
    NotSuspended,
    OrganisationAlreadyRegistered,
    OrganisationNotFound,
)
from services.membership.domain.standing import STATES, Status
from shared.kernel.commands import Command
from shared.kernel.transitions import Row, Transitions, moves, stays

KNOWN: tuple[Status, ...] = STATES[1:]
CANDIDATES: tuple[Status, ...] = ("candidate", "application_submitted", "fee_due")
MEMBERS: tuple[Status, ...] = ("active", "grace", "lapsed", "suspended")
"""Who was admitted and has not ended; a lapsed one may come back."""
_NO_MEMBER = dict.fromkeys(("registered", "associate", *CANDIDATES), NotAMember)

_FACT: Row[Status] = stays(*KNOWN, otherwise=OrganisationNotFound)
"""Facts about a body are recorded wherever it stands: they come late, and re-open checks."""
_COMMUNITY: Row[Status] = stays(
    "associate", *CANDIDATES, "active", "grace", otherwise=NotInTheCommunity
)
"""Who finds partners: associates, candidates and members, also in grace (S35)."""
_SETTLING: Row[Status] = moves(
    {
        "fee_due": ("fee_due", "active"),
        "active": "active",
        "grace": ("grace", "active"),
        "lapsed": ("lapsed", "active"),
        "suspended": "suspended",
    },
    otherwise=FeeNotAssessed,
)
_FALLS_BACK: Mapping[Status, tuple[Status, ...]] = {
    "candidate": ("registered", "associate", "candidate"),
    "application_submitted": ("registered", "associate", "candidate", "application_submitted"),
    "fee_due": ("registered", "associate", "candidate", "fee_due"),
}

TABLE: Transitions[Status] = Transitions(
    STATES,
    {
        asked.RegisterOrganisation: moves(
            {"absent": "registered"},
            otherwise=OrganisationAlreadyRegistered,
            refused={"terminated": OrganisationAlreadyRegistered},
        ),
        asked.AmendOrganisationProfile: _FACT,
        asked.RecordOrganisationAlias: _FACT,
        asked.AttestSize: _FACT,
        asked.DeclareAffiliation: _FACT,
        asked.DeclareControlChange: _FACT,
        asked.DissolveOrganisation: moves(
            dict.fromkeys(KNOWN, "terminated"), otherwise=OrganisationNotFound
        ),
        asked.ApplyAsAssociate: stays("registered", "associate", otherwise=BeyondAssociate),
        asked.AdmitAssociate: moves(
            {"registered": "associate", "associate": "associate"}, otherwise=BeyondAssociate
        ),
        asked.ResignAsAssociate: moves(
            {"associate": "registered", **{state: state for state in CANDIDATES}},
            otherwise=NotAssociate,
        ),
        asked.OpenCandidacy: moves(
            {
                "registered": "candidate",
                "associate": "candidate",
                **{state: state for state in (*CANDIDATES, *MEMBERS)},
            },
            otherwise=OrganisationNotFound,
        ),
        asked.CloseCandidacy: moves(_FALLS_BACK, otherwise=NoOpenCandidacy),
        asked.SubmitMembershipApplication: moves(
            {
                "candidate": ("application_submitted", "fee_due"),
                "application_submitted": "application_submitted",
                "fee_due": "fee_due",
            },
            otherwise=AlreadyMember,
            refused=dict.fromkeys(("registered", "associate"), NoCandidacy),
        ),
        asked.SignMembershipAgreement: moves(
            {
                "application_submitted": "application_submitted",
                "fee_due": ("fee_due", "active"),
                **{state: state for state in MEMBERS},
            },
            otherwise=NoApplication,
        ),
        asked.AssessFee: moves(
            {
                "application_submitted": ("fee_due", "active"),
                "fee_due": ("fee_due", "active"),
                "active": "active",
                "grace": ("grace", "active"),
                "lapsed": ("lapsed", "active"),
                "suspended": "suspended",
            },
            otherwise=NoApplication,
            refused={"associate": AssociateOwesNoFee},
        ),
        asked.RecordFeePayment: _SETTLING,
        asked.WaiveFee: _SETTLING,
        asked.ReverseFeePayment: moves(
            {
                "fee_due": "fee_due",
                "active": ("active", "grace", "lapsed"),
                "grace": ("grace", "lapsed"),
                "lapsed": "lapsed",
                "suspended": "suspended",
            },
            otherwise=NothingToReverse,
        ),
        asked.SuspendMembership: moves(
            {"active": "suspended", "grace": "suspended"},
            otherwise=NotAMember,
            refused={"suspended": AlreadySuspended},
        ),
        asked.ReinstateMembership: moves(
            {"suspended": "active"},
            otherwise=NotSuspended,
            refused={"lapsed": FeeStillOwed, **_NO_MEMBER},
        ),
        asked.TerminateMembership: moves(
            dict.fromkeys(MEMBERS, "terminated"), otherwise=NotAMember
        ),
        asked.FollowMembership: moves(
            {
                "registered": "registered",
                "associate": "associate",
                **_FALLS_BACK,
                "active": ("active", "grace", "lapsed"),
                "grace": ("grace", "lapsed", "active"),
                "lapsed": ("lapsed", "active"),
                "suspended": "suspended",
                "terminated": "terminated",
            },
            otherwise=OrganisationNotFound,
        ),
        asked.PublishPartnerProfile: _COMMUNITY,
        asked.WithdrawPartnerProfile: stays(*KNOWN, otherwise=NoProfile),
        asked.StatePartnerContact: _COMMUNITY,
        asked.ErasePartnerContact: stays(*KNOWN, otherwise=OrganisationNotFound),
        asked.RequestIntroduction: _COMMUNITY,
    },
    refused={"absent": OrganisationNotFound, "terminated": MembershipEnded},
)
"""Every state and every command about an organisation; the state is that of the effective day."""


def must_be_legal(ask: Command, organisation: Organisation) -> None:
    """Go on only where the table has the command legal. Raises the refusal that it names."""
    TABLE.must_allow(type(ask), organisation.status_on(ask.effective_on))
