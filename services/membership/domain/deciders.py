"""Which decision reads which streams: the whole service on one page."""

from collections.abc import Mapping
from typing import Any

from services.membership import commands as asked
from services.membership.domain import policy
from services.membership.domain.associates import (
    admit_associate,
    apply_as_associate,
    resign_as_associate,
)
from services.membership.domain.attestations import (
    attest_size,
    controllers,
    declare_affiliation,
    declare_control_change,
    dissolve_organisation,
)
from services.membership.domain.candidacy import (
    Award,
    close_candidacy,
    hear,
    open_candidacy,
    sign_agreement,
    submit_application,
)
from services.membership.domain.decisions import (
    reinstate_membership,
    suspend_membership,
    terminate_membership,
)
from services.membership.domain.fees import assess_fee
from services.membership.domain.folding import evolve
from services.membership.domain.following import follow_membership
from services.membership.domain.organisation import Organisation
from services.membership.domain.partners import (
    Introduction,
    accept_introduction,
    decline_introduction,
    erase_contact,
    evolve_introduction,
    publish_profile,
    request_introduction,
    state_contact,
    withdraw_profile,
)
from services.membership.domain.registration import (
    Identity,
    amend_profile,
    hold,
    identities,
    record_alias,
    register_organisation,
)
from services.membership.domain.roll import (
    Roll,
    call_roll,
    candidates_for_the_roll,
    evolve_roll,
    freeze_roll,
)
from services.membership.domain.settling import record_payment, reverse_payment, waive_fee
from shared.kernel.commands import Command
from shared.kernel.decider import Decider, Fold
from shared.kernel.policy_book import PublishPolicy

ORGANISATION = "organisation-{organisation_id}"
INTRODUCTION = "introduction-{introduction_id}"
ROLL = "roll-{record_date}"
TIMERS = "operations-membership"
"""Up to which day timers have spoken: so far a decision says its consequences at once."""

FOLDS: Mapping[str, Fold[Any]] = {
    "organisation": Fold(Organisation(), evolve),
    "name": Fold(Identity(), hold),
    "number": Fold(Identity(), hold),
    "policy": policy.FOLD,
    "evaluation": Fold(Award(), hear),
    "roll": Fold(Roll(), evolve_roll),
    "introduction": Fold(Introduction(), evolve_introduction),
}

DECIDERS: Mapping[type[Command], Decider] = {
    PublishPolicy: policy.PUBLISH,
    asked.AdoptFeeSchedule: Decider(policy.adopt_fee_schedule, policies=policy.STREAM),
    asked.RegisterOrganisation: Decider(
        register_organisation, organisation=ORGANISATION, taken=identities
    ),
    asked.AmendOrganisationProfile: Decider(
        amend_profile, organisation=ORGANISATION, taken=identities
    ),
    asked.RecordOrganisationAlias: Decider(
        record_alias, organisation=ORGANISATION, taken=identities
    ),
    asked.AttestSize: Decider(attest_size, organisation=ORGANISATION),
    asked.DeclareAffiliation: Decider(
        declare_affiliation, organisation=ORGANISATION, affiliate="organisation-{affiliate_id}"
    ),
    asked.DeclareControlChange: Decider(
        declare_control_change, organisation=ORGANISATION, controller=controllers
    ),
    asked.DissolveOrganisation: Decider(
        dissolve_organisation, organisation=ORGANISATION, timers=TIMERS
    ),
    asked.ApplyAsAssociate: Decider(apply_as_associate, organisation=ORGANISATION),
    asked.AdmitAssociate: Decider(admit_associate, organisation=ORGANISATION),
    asked.ResignAsAssociate: Decider(resign_as_associate, organisation=ORGANISATION),
    asked.OpenCandidacy: Decider(
        open_candidacy,
        organisation=ORGANISATION,
        evaluation="evaluation-{project_id}",
        policies=policy.STREAM,
    ),
    asked.CloseCandidacy: Decider(close_candidacy, organisation=ORGANISATION),
    asked.SubmitMembershipApplication: Decider(submit_application, organisation=ORGANISATION),
    asked.SignMembershipAgreement: Decider(sign_agreement, organisation=ORGANISATION),
    asked.AssessFee: Decider(
        assess_fee, organisation=ORGANISATION, policies=policy.STREAM, timers=TIMERS
    ),
    asked.RecordFeePayment: Decider(record_payment, organisation=ORGANISATION, timers=TIMERS),
    asked.WaiveFee: Decider(waive_fee, organisation=ORGANISATION, timers=TIMERS),
    asked.ReverseFeePayment: Decider(reverse_payment, organisation=ORGANISATION, timers=TIMERS),
    asked.SuspendMembership: Decider(suspend_membership, organisation=ORGANISATION, timers=TIMERS),
    asked.ReinstateMembership: Decider(
        reinstate_membership, organisation=ORGANISATION, timers=TIMERS
    ),
    asked.TerminateMembership: Decider(
        terminate_membership, organisation=ORGANISATION, timers=TIMERS
    ),
    asked.FollowMembership: Decider(follow_membership, organisation=ORGANISATION),
    asked.CallVotingRoll: Decider(call_roll, roll=ROLL),
    asked.FreezeVotingRoll: Decider(freeze_roll, roll=ROLL, organisations=candidates_for_the_roll),
    asked.PublishPartnerProfile: Decider(publish_profile, organisation=ORGANISATION),
    asked.WithdrawPartnerProfile: Decider(withdraw_profile, organisation=ORGANISATION),
    asked.StatePartnerContact: Decider(state_contact, organisation=ORGANISATION),
    asked.ErasePartnerContact: Decider(erase_contact, organisation=ORGANISATION),
    asked.RequestIntroduction: Decider(
        request_introduction,
        introduction=INTRODUCTION,
        organisation=ORGANISATION,
        partner="organisation-{partner_id}",
    ),
    asked.AcceptIntroduction: Decider(
        accept_introduction, introduction=INTRODUCTION, organisation=ORGANISATION
    ),
    asked.DeclineIntroduction: Decider(decline_introduction, introduction=INTRODUCTION),
}
