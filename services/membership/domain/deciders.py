"""Which decision reads which streams: the whole service on one page."""

from collections.abc import Mapping
from typing import Any

from services.membership.commands import (
    AdmitAssociate,
    AmendOrganisationProfile,
    ApplyAsAssociate,
    AssessFee,
    AttestSize,
    DeclareAffiliation,
    OpenCandidacy,
    RecordFeePayment,
    RecordOrganisationAlias,
    RegisterOrganisation,
    SignMembershipAgreement,
    SubmitMembershipApplication,
    WaiveFee,
)
from services.membership.domain import policy
from services.membership.domain.associates import admit_associate, apply_as_associate
from services.membership.domain.attestations import attest_size, declare_affiliation
from services.membership.domain.candidacy import (
    Award,
    hear,
    open_candidacy,
    sign_agreement,
    submit_application,
)
from services.membership.domain.fees import assess_fee, record_payment, waive_fee
from services.membership.domain.organisation import Organisation, evolve
from services.membership.domain.registration import (
    Identity,
    amend_profile,
    hold,
    identities,
    record_alias,
    register_organisation,
)
from shared.kernel.commands import Command
from shared.kernel.decider import Decider, Fold
from shared.kernel.policy_book import PublishPolicy

ORGANISATION = "organisation-{organisation_id}"

FOLDS: Mapping[str, Fold[Any]] = {
    "organisation": Fold(Organisation(), evolve),
    "name": Fold(Identity(), hold),
    "number": Fold(Identity(), hold),
    "policy": policy.FOLD,
    "evaluation": Fold(Award(), hear),
}

DECIDERS: Mapping[type[Command], Decider] = {
    PublishPolicy: policy.PUBLISH,
    RegisterOrganisation: Decider(
        register_organisation, organisation=ORGANISATION, taken=identities
    ),
    AmendOrganisationProfile: Decider(amend_profile, organisation=ORGANISATION, taken=identities),
    RecordOrganisationAlias: Decider(record_alias, organisation=ORGANISATION, taken=identities),
    AttestSize: Decider(attest_size, organisation=ORGANISATION),
    DeclareAffiliation: Decider(
        declare_affiliation, organisation=ORGANISATION, affiliate="organisation-{affiliate_id}"
    ),
    ApplyAsAssociate: Decider(apply_as_associate, organisation=ORGANISATION),
    AdmitAssociate: Decider(admit_associate, organisation=ORGANISATION),
    OpenCandidacy: Decider(
        open_candidacy,
        organisation=ORGANISATION,
        evaluation="evaluation-{project_id}",
        policies=policy.STREAM,
    ),
    SubmitMembershipApplication: Decider(submit_application, organisation=ORGANISATION),
    SignMembershipAgreement: Decider(sign_agreement, organisation=ORGANISATION),
    AssessFee: Decider(assess_fee, organisation=ORGANISATION, policies=policy.STREAM),
    RecordFeePayment: Decider(record_payment, organisation=ORGANISATION),
    WaiveFee: Decider(waive_fee, organisation=ORGANISATION),
}
