"""Every refusal about an amendment (R-2, R-8, R-9, R-14, R-15, R-25, X6)."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from services.reimbursement.domain.agreement import NotAParty
from services.reimbursement.domain.agreement_refusals import (
    RateAbovePolicy,
    RateEndsBeforeItBegins,
)
from services.reimbursement.domain.amending import (
    AmendmentAlreadyProposed,
    AmendmentNotFound,
    AmendmentNotOpen,
    AmendmentOutdated,
)
from services.reimbursement.domain.amendment_checks import (
    AmendmentBeforeAgreement,
    AmendmentChangesNothing,
    CeilingAboveCommitment,
)
from services.reimbursement.domain.signing import (
    CapAbovePolicy,
    CapTwice,
    EndsBeforeEligible,
    FunderSignsByStaff,
    OutsideCalendar,
)
from services.reimbursement.events.agreement import ParticipantCap
from services.reimbursement.events.amendment import (
    Changes,
    RateChange,
)
from shared.kernel.commands import Command
from shared.kernel.refusals import NotOnBehalf, Refusal
from tests.reimbursement import amendment_examples as am
from tests.reimbursement import examples as eg

THIRTY = Fraction(3, 10)

cap_twice = tuple(ParticipantCap(organisation_id=eg.terminal, cap_cents=cents) for cents in (1, 2))


@pytest.mark.parametrize(
    ("ask", "refusal"),
    [
        (am.propose(Changes()), AmendmentChangesNothing),
        (am.propose(am.more_labour, since=date(2025, 3, 31)), AmendmentBeforeAgreement),
        (am.propose(am.more_labour, base=2), AmendmentOutdated),
        (am.propose(Changes(ceiling_cents=30_000_001)), CeilingAboveCommitment),
        (am.propose(Changes(end_date=date(2025, 3, 31))), EndsBeforeEligible),
        (am.propose(Changes(end_date=date(2100, 4, 1))), OutsideCalendar),
        (am.propose(Changes(participant_caps=cap_twice)), CapTwice),
        (
            am.propose(
                Changes(
                    participant_caps=(
                        ParticipantCap(organisation_id=eg.terminal, cap_cents=30_000_001),
                    )
                )
            ),
            CapAbovePolicy,
        ),
        (
            am.propose(
                Changes(
                    rates=(
                        RateChange(organisation_id=eg.terminal, kind="labour", rate=Fraction(3, 7)),
                    )
                )
            ),
            RateAbovePolicy,
        ),
        (
            am.propose(
                Changes(
                    rates=(
                        RateChange(
                            organisation_id=eg.terminal,
                            kind="labour",
                            rate=Fraction(1, 7),
                            applies_to=am.PAST,
                        ),
                    )
                )
            ),
            RateEndsBeforeItBegins,
        ),
        (
            am.propose(
                Changes(
                    rates=(RateChange(organisation_id=eg.institute, kind="labour", rate=THIRTY),)
                )
            ),
            NotAParty,
        ),
        (am.approve(am.SECOND), AmendmentNotFound),
    ],
)
def test_what_cannot_be_proposed(ask: Command, refusal: type[Refusal]) -> None:
    am.in_force().when(ask).then_refused(refusal)


@pytest.mark.parametrize(
    ("ask", "refusal"),
    [
        (am.propose(am.lower_ceiling), AmendmentAlreadyProposed),
        (am.sign(None, eg.finance), AmendmentNotOpen),
        (am.sign(eg.stranger, eg.outsider), NotAParty),
        (am.sign(eg.robots, eg.terminal_lead), NotOnBehalf),
        (am.sign(None, replace(eg.terminal_lead, on_behalf_of=None)), FunderSignsByStaff),
    ],
)
def test_what_cannot_be_done_with_a_proposed_amendment(
    ask: Command, refusal: type[Refusal]
) -> None:
    if refusal is NotAParty:
        ask = replace(ask, by=eg.officer)  # A stranger would not even find the agreement.
    am.in_force().after(am.propose(am.more_labour)).when(ask).then_refused(refusal)


def test_what_is_in_effect_is_neither_rejected_nor_withdrawn() -> None:
    here = am.in_effect(am.in_force(), am.lower_ceiling)
    for ask in (am.reject(), am.withdraw(), am.rebase(am.FIRST, 2)):
        refusal = here.when(ask).then_refused(AmendmentNotOpen)
        assert refusal.facts["status"] == "in_effect"
