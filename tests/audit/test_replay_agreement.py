"""What audit's fold makes of an agreement that is amended, joined, left and drafted anew."""

from datetime import date

from services.audit.replay.project import replayed
from tests.audit.owners import LEAD, PARTNER
from tests.audit.story import Story


def test_an_amendment_a_joiner_a_withdrawal_and_a_move_change_the_agreement() -> None:
    story = Story()
    story.approved()
    story.executed()
    rate = {"organisation_id": PARTNER, "kind": "labour", "rate": "1/4", "applies_to": None}
    story.agreement(
        "AmendmentTookEffect",
        version=2,
        ceiling_cents=9_000_000,
        end_date="2023-03-31",
        rates=[{**rate, "applies_from": "2021-04-01"}],
    )
    newcomer = "org_" + "7" * 32
    story.agreement("ParticipantJoined", organisation_id=newcomer, name="Atelier", funded=True)
    story.agreement("ParticipantWithdrew", organisation_id=PARTNER, last_eligible_date="2021-06-30")
    story.agreement("CommitmentMoved", envelope_id="a", to_envelope_id="b", amount_cents=1)
    agreement = replayed(story.told).agreement
    assert (agreement.ceiling_cents, agreement.end_date) == (9_000_000, "2023-03-31")
    assert [each.rate for each in agreement.on(date(2021, 4, 1)).rates] == ["1/4"]
    assert agreement.on(date(2021, 3, 31)).rates == ()
    assert agreement.participants[newcomer].name == "Atelier"
    assert agreement.participants[PARTNER].withdrawn_after == "2021-06-30"
    assert agreement.envelope_id == "b"


def test_an_agreement_drafted_anew_has_no_signature_of_the_former_draft() -> None:
    story = Story()
    story.approved()
    parties = [{"organisation_id": LEAD, "name": "Lead", "funded": True}]
    story.agreement("AgreementDrafted", participants=parties, conditions=[])
    story.agreement(
        "AgreementSigned", party="participant", organisation_id=LEAD, signed_on="2020-06-01"
    )
    story.agreement("AgreementSigned", party="funder", signed_on="2020-06-01")
    story.agreement("AgreementDrafted", participants=parties, conditions=[])
    agreement = replayed(story.told).agreement
    assert agreement.participants[LEAD].signed_on is None
    assert agreement.funder_signed_on is None
