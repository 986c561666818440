"""What audit's own folds make of a project's story, area by area."""

from datetime import date

from services.audit.replay.agreement import Agreement
from services.audit.replay.claims import Claim
from services.audit.replay.project import Project, members_on, replayed
from tests.audit.owners import LEAD, PARTNER, PROJECT
from tests.audit.story import CLAIM, CONDITIONS, HASH, TITLE, Story, verdict


def project(story: Story) -> Project:
    """What the story adds up to."""
    return replayed(story.told)


def test_a_drafted_proposal_names_its_lead_and_whom_it_invited() -> None:
    story = Story()
    invited = story.drafted()
    proposal = project(story).proposal
    assert (proposal.programme, proposal.title, proposal.stage) == ("scale-ai", TITLE, "draft")
    assert proposal.lead_organisation_id == LEAD
    parties = {name: party.status for name, party in proposal.participants.items()}
    assert parties == {LEAD: "invited", PARTNER: "invited"}
    assert proposal.participants[PARTNER].since.event_id == invited


def test_a_participant_confirms_declines_and_is_removed() -> None:
    story = Story()
    story.drafted()
    story.intake("ParticipantConfirmed", organisation_id=PARTNER, content_hash=HASH)
    confirmed = project(story).proposal.participants[PARTNER]
    assert (confirmed.status, confirmed.confirmed_hash) == ("confirmed", HASH)
    assert confirmed.name == "Partner ltée"
    story.intake("ParticipantDeclined", organisation_id=PARTNER)
    declined = project(story).proposal.participants[PARTNER]
    assert (declined.status, declined.confirmed_hash) == ("declined", None)
    story.intake("ParticipantRemoved", organisation_id=PARTNER)
    assert list(project(story).proposal.participants) == [LEAD]


def test_each_submitted_version_is_kept_and_the_lead_confirms_by_it() -> None:
    story = Story()
    story.drafted()
    story.submitted()
    story.intake("DetailedProposalOpened")
    detailed = story.submitted("DetailedProposalSubmitted", 2)
    proposal = project(story).proposal
    kinds = [(version.version, version.kind) for version in proposal.versions]
    assert kinds == [(1, "initial"), (2, "detailed")]
    assert proposal.versions[1].since.event_id == detailed
    assert (proposal.stage, proposal.content_hash) == ("detailed_submitted", HASH)
    assert proposal.participants[LEAD].status == "confirmed"
    names = [source.event for source in proposal.timeline]
    assert names == [
        "ProposalDrafted",
        "ProposalSubmitted",
        "DetailedProposalOpened",
        "DetailedProposalSubmitted",
    ]


def test_the_latest_budget_replaces_the_earlier_one() -> None:
    story = Story()
    story.drafted()
    for amounts in ((100, 200), (50,)):
        lines = [{"amount_cents": amount} for amount in amounts]
        story.intake("BudgetProposed", lines=lines)
    assert project(story).proposal.requested_cents == 50


def test_a_withdrawn_proposal_says_so() -> None:
    story = Story()
    story.drafted()
    story.eligible(story.submitted())
    story.intake("ProposalWithdrawn")
    assert project(story).proposal.stage == project(story).standing.stage == "withdrawn"


def test_verdicts_have_reasons_and_the_policy_they_were_made_by() -> None:
    story = Story()
    story.eligible()
    evaluation = project(story).evaluation
    assert evaluation.eligible is True
    assert tuple(evaluation.verdicts) == CONDITIONS
    sme = evaluation.verdicts["sme"]
    assert (sme.verdict, sme.reason, sme.policy_version) == ("met", "sme is shown", "2020.1")
    assert sme.since.event == "EligibilityConditionAssessed"


def test_a_verdict_that_only_the_conclusion_states_is_taken_from_it() -> None:
    story = Story()
    story.evaluation("EligibilityConditionAssessed", **verdict("scope"))
    given = [{"condition": name, "verdict": "not_met", "reason": "r"} for name in ("scope", "sme")]
    story.evaluation("EligibilityAssessed", eligible=False, policy_version="2020.1", verdicts=given)
    evaluation = project(story).evaluation
    assert evaluation.eligible is False
    verdicts = {name: found.verdict for name, found in evaluation.verdicts.items()}
    assert verdicts == {"scope": "met", "sme": "not_met"}


def test_a_detailed_version_is_judged_anew() -> None:
    story = Story()
    story.eligible()
    story.evaluation("DetailedProposalAccepted", proposal_version=2)
    assert (project(story).evaluation.verdicts, project(story).evaluation.eligible) == ({}, True)


def test_a_decision_states_its_terms_persons_and_all_policy_versions() -> None:
    story = Story()
    story.eligible()
    story.approved()
    evaluation = project(story).evaluation
    assert evaluation.weighted_score == "1705/20"
    assert [(part.criterion, part.mean) for part in evaluation.criteria] == [("team", "9/2")]
    decision = evaluation.decision
    assert decision is not None
    assert (decision.outcome, decision.rate, decision.ceiling_cents) == (
        "approved",
        "27/83",
        2_700_000,
    )
    assert (decision.proposed_by, decision.confirmed_by) == ("officer-1", "officer-2")
    assert evaluation.policy_versions == ("2020.1", "2020.2")


def test_a_declined_project_has_the_reasons() -> None:
    story = Story()
    story.evaluation("ProjectDeclined", reasons=["out of reach"], decided_on="2020-06-01")
    decision = project(story).evaluation.decision
    assert decision is not None
    assert (decision.outcome, decision.reasons) == ("declined", ("out of reach",))
    assert project(story).standing.stage == "declined"


def test_an_executed_agreement_has_terms_signatures_and_its_commitment() -> None:
    story = Story()
    story.executed()
    agreement = project(story).agreement
    assert (agreement.status, agreement.executed, agreement.rate) == ("active", True, "27/83")
    assert (agreement.eligible_from, agreement.end_date) == ("2020-07-01", "2022-03-31")
    signed = {name: party.signed_on for name, party in agreement.participants.items()}
    assert signed == {LEAD: "2020-06-10", PARTNER: "2020-06-10"}
    assert agreement.funder_signed_on == "2020-06-11"
    commitment = agreement.commitment
    assert commitment is not None
    assert (commitment.status, commitment.envelope_id) == ("reserved", "federal-2018")


def test_rates_are_those_in_force_on_the_day() -> None:
    story = Story()
    story.executed()
    agreement = project(story).agreement

    def rates(here: Agreement, day: date) -> list[str | None]:
        return [rate.rate for rate in here.on(day).rates]

    assert rates(agreement, date(2020, 6, 30)) == []
    assert rates(agreement, date(2021, 3, 31)) == ["27/83"]
    assert rates(agreement, date(2021, 4, 1)) == ["1/4"]


def test_a_refused_commitment_says_why() -> None:
    story = Story()
    refused = {"project_id": PROJECT, "amount_cents": 5, "reason": "envelope_exhausted"}
    story.say("reimbursement", "CommitmentRefused", "envelope-small", refused)
    commitment = project(story).agreement.commitment
    assert commitment is not None
    assert (commitment.status, commitment.reason) == ("refused", "envelope_exhausted")


def claim_of(story: Story) -> Claim:
    """The story's claim."""
    return project(story).claims[CLAIM]


def test_a_filed_claim_adds_up_its_lines_beside_what_was_certified() -> None:
    story = Story()
    story.filed()
    claim = claim_of(story)
    assert (claim.status, claim.quarter, claim.lines) == ("filed", "2020-21Q2", 2)
    assert (claim.claimed_cents, claim.filed_cents) == (831_000, 831_000)
    assert (claim.organisation_id, claim.certifier) == (LEAD, "certifier-1")


def test_an_approved_claim_shows_what_is_accepted_entitled_and_held_back() -> None:
    story = Story()
    story.filed()
    story.approved_claim()
    claim = claim_of(story)
    assert (claim.status, claim.accepted_cents, claim.entitled_cents) == (
        "approved",
        830_000,
        270_000,
    )
    assert (claim.holdback_cents, claim.payable_cents, claim.paid_cents) == (27_000, 243_000, 0)
    assert (claim.assessed_by, claim.approved_by) == ("officer-1", "officer-2")


def test_a_rejected_claim_has_nothing_accepted() -> None:
    story = Story()
    story.filed()
    story.claim("CostLineAssessed", line_id="line_1", eligible_cents=830_000)
    assert claim_of(story).status == "under_review"
    story.claim("ClaimRejected", reason="no evidence")
    claim = claim_of(story)
    assert (claim.status, claim.accepted_cents, claim.payable_cents) == ("rejected", 0, 0)


def test_corrections_rates_returns_and_deductions_of_lines_are_replayed() -> None:
    story = Story()
    story.claim("CostLineRecorded", line_id="line_1", amount_cents=100)
    story.claim("CostLineCorrected", line_id="line_1", amount_cents=90)
    story.claim("CostLineRecorded", line_id="line_2", amount_cents=0)
    story.claim("ExchangeRateFixed", line_id="line_2", amount_cents=41)
    story.claim("CostLineReclaimed", line_id="line_3", amount_cents=7)
    claim = claim_of(story)
    assert (claim.status, claim.lines, claim.claimed_cents) == ("draft", 3, 138)
    story.claim("CostLineDeducted", line_id="line_1", kept="1/3")
    story.claim("CostLineAssessed", line_id="line_1", eligible_cents=80)
    story.claim("CostLineAssessed", line_id="line_2", eligible_cents=41)
    story.claim("ClaimQueried")
    assert claim_of(story).status == "queried"
    story.claim("QueryAnswered")
    claim = claim_of(story)
    assert (claim.status, claim.accepted_cents) == ("under_review", 27 + 41)


def test_a_party_stands_where_it_stood_on_the_day() -> None:
    story = Story()
    story.membership("OrganisationRegistered", name="Lead inc.")
    story.membership("CandidacyOpened", opened_on="2020-06-01")
    story.membership("MemberAdmitted", admitted_on="2020-06-05", covered_until="2021-06-05")
    # Recorded late, it is true of an earlier day: nobody goes back by going on.
    story.membership("AssociateAdmitted", admitted_on="2020-05-20")
    expected = {
        date(2020, 5, 3): None,
        date(2020, 5, 4): "registered",
        date(2020, 5, 20): "associate",
        date(2020, 6, 1): "candidate",
        date(2020, 6, 4): "candidate",
        date(2020, 6, 5): "active",
    }
    for day, status in expected.items():
        assert members_on(story.told, day)[LEAD].status == status
    member = members_on(story.told, date(2020, 6, 5))[LEAD]
    assert (member.name, member.covered_until) == ("Lead inc.", "2021-06-05")
    assert members_on(story.told, date(2020, 6, 4))[LEAD].covered_until is None


def test_m12_a_member_stands_where_fees_and_decisions_put_it_on_the_day() -> None:
    story = Story()
    story.membership("OrganisationRegistered", name="Lead inc.")
    story.membership("MemberAdmitted", admitted_on="2024-02-29", covered_until="2025-02-28")
    story.membership("GracePeriodStarted", effective_on="2025-02-28")
    story.membership("MembershipLapsed", effective_on="2025-04-29")
    renewed = {"fee_year": 2, "covered_until": "2026-02-28"}
    # A payment of 20 April is learned after the lapse: the lapse is said over.
    story.membership("MembershipRenewed", effective_on="2025-04-20", **renewed)
    story.membership("MembershipReinstated", effective_on="2025-04-29", **renewed)
    story.membership("MembershipSuspended", effective_on="2025-06-01")
    # A fee that is assessed for a later year moves nobody back.
    story.membership("FeeAssessed", assessed_on="2025-06-02")
    expected = {
        date(2025, 2, 27): "active",
        date(2025, 4, 19): "grace",
        date(2025, 4, 20): "active",
        date(2025, 4, 29): "active",
        date(2025, 6, 2): "suspended",
    }
    for day, status in expected.items():
        assert members_on(story.told, day)[LEAD].status == status
    assert members_on(story.told, date(2025, 5, 1))[LEAD].covered_until == "2026-02-28"
    story.membership("FeePaymentReversed", fee_year=2)
    assert members_on(story.told, date(2025, 5, 1))[LEAD].covered_until == "2025-02-28"
    story.membership("MembershipTerminated", effective_on="2025-07-01")
    assert members_on(story.told, date(2025, 7, 1))[LEAD].status == "terminated"


def test_m9_a_party_falls_back_to_what_an_event_says_and_no_further() -> None:
    story = Story()
    story.membership("OrganisationRegistered", name="Lead inc.")
    story.membership("AssociateAdmitted", admitted_on="2020-05-20")
    story.membership("CandidacyOpened", opened_on="2020-06-01")
    story.membership("CandidacyClosed", closed_on="2020-08-30", falls_back_to="associate")
    story.membership("CandidacyClosed", closed_on="2020-09-30", falls_back_to=None)
    story.membership("AssociateResigned", resigned_on="2020-10-01", falls_back_to="registered")
    days = [date(2020, 8, 29), date(2020, 8, 30), date(2020, 9, 30), date(2020, 10, 1)]
    assert [members_on(story.told, day)[LEAD].status for day in days] == [
        "candidate",
        "associate",
        "associate",
        "registered",
    ]


def test_what_no_fold_reads_is_counted_by_its_type() -> None:
    story = Story()
    story.drafted()
    story.intake("SectionRevised", section="need")
    story.intake("ProposalCarvedInStone", depth=3)
    assert project(story).not_read == {
        "grantline.intake.SectionRevised.v1": 1,
        "grantline.intake.ProposalCarvedInStone.v1": 1,
    }


def test_the_same_name_said_by_another_service_is_not_read() -> None:
    story = Story()
    story.say("intake", "ProjectApproved", f"proposal-{PROJECT}", {"rate": "1"})
    assert project(story).evaluation.decision is None


def test_the_whole_story_is_told() -> None:
    whole = project(Story().whole())
    assert (whole.standing.stage, whole.money.paid_cents) == ("active", 270_000)
    assert whole.parties == [LEAD, PARTNER]
    assert whole.not_read == {}
