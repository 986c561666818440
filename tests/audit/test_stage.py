"""One word for how far a project is, whichever owner's events come first."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.audit.inbound import Told
from services.audit.replay.project import replayed
from tests.audit.story import Story


def stage_after(story: Story) -> str | None:
    """The stage that the story has come to."""
    return replayed(story.told).standing.stage


def test_the_stage_follows_the_owners_words() -> None:
    story = Story()
    assert stage_after(story) is None
    seen: list[str | None] = []
    steps = (
        story.drafted,
        story.submitted,
        story.eligible,
        lambda: story.intake("DetailedProposalOpened"),
        lambda: story.submitted("DetailedProposalSubmitted", 2),
        lambda: story.evaluation("DetailedProposalReturned", proposal_version=2),
        lambda: story.submitted("DetailedProposalSubmitted", 3),
        lambda: story.evaluation("DetailedProposalAccepted", proposal_version=3),
        lambda: story.evaluation("CriterionScored"),
        lambda: story.evaluation("ScoresLocked"),
        lambda: story.evaluation("RecommendationMade"),
        lambda: story.evaluation("CommitteeConvened"),
        story.approved,
        story.executed,
        lambda: story.agreement("ProjectCompleted", completed_on="2022-03-31"),
        lambda: story.agreement("AgreementClosed", closed_on="2022-06-01"),
    )
    for step in steps:
        step()
        seen.append(stage_after(story))
    assert seen == [
        "draft", "submitted", "eligible", "detailing", "detailed_submitted", "returned",
        "detailed_submitted", "assigning", "scoring", "scores_locked", "recommended", "committee",
        "approved", "active", "completed", "closed",
    ]  # fmt: skip


def test_an_eligibility_concluded_again_in_selection_moves_nothing_back() -> None:
    story = Story()
    story.eligible(story.submitted())
    story.evaluation("DetailedProposalAccepted", proposal_version=2)
    story.evaluation("EligibilityAssessed", eligible=True)
    assert stage_after(story) == "assigning"
    story.evaluation("EligibilityAssessed", eligible=False)
    assert stage_after(story) == "ineligible"


@pytest.mark.parametrize(
    ("conditions", "stage"), [([], "approved"), (["find a lab"], "approved_with_conditions")]
)
def test_an_approval_with_conditions_is_called_so(conditions: list[str], stage: str) -> None:
    story = Story()
    story.evaluation("ProjectApproved", conditions=conditions)
    assert stage_after(story) == stage


def test_an_agreement_is_suspended_ended_and_closing_in_its_owners_words() -> None:
    story = Story()
    story.approved()
    story.agreement("AgreementDrafted", conditions=["find a lab"])
    assert stage_after(story) == "conditions_pending"
    story.agreement("AgreementConditionSatisfied", number=1, left=0)
    assert stage_after(story) == "signature_pending"
    story.executed()
    for name, stage in (
        ("ProjectSuspended", "suspended"),
        ("ProjectResumed", "active"),
        ("AgreementTerminated", "terminated"),
        ("FinalReportAccepted", "closing"),
    ):
        story.agreement(name)
        assert stage_after(story) == stage


def test_a_report_accepted_before_the_completion_leaves_only_the_closing() -> None:
    story = Story()
    story.executed()
    story.agreement("FinalReportAccepted", accepted_on="2022-03-01")
    assert stage_after(story) == "active"
    story.agreement("ProjectCompleted")
    assert stage_after(story) == "closing"
    assert replayed(story.told).agreement.status == "closing"


def shuffled(streams: Sequence[Sequence[Told]], picks: Sequence[int]) -> list[Told]:
    """All events, each stream in its own order, the streams interleaved as picked."""
    left = [list(stream) for stream in streams if stream]
    found = []
    for pick in picks:
        stream = left[pick % len(left)]
        found.append(stream.pop(0))
        left = [stream for stream in left if stream]
        if not left:
            break
    return found + [told for stream in left for told in stream]


@given(st.lists(st.integers(0, 7), max_size=80))
def test_the_replay_is_the_same_in_whatever_order_streams_arrived(picks: list[int]) -> None:
    told = Story().whole().told
    streams = [
        [t for t in told if t.stream == name] for name in dict.fromkeys(t.stream for t in told)
    ]
    assert replayed(shuffled(streams, picks)) == replayed(told)
