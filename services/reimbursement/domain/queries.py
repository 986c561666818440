"""Asking the participant about a claim, and its answers; the assessment waits meanwhile."""

from collections.abc import Mapping, Sequence

from services.reimbursement.commands.claim import AnswerQuery, QueryClaim
from services.reimbursement.domain.claim import Claim, require_claimant, require_known
from services.reimbursement.domain.claim_refusals import NoQueryOpen
from services.reimbursement.domain.transitions import must_be_legal
from services.reimbursement.events.line_course import ClaimQueried, QueryAnswered
from shared.kernel.commands import Command
from shared.kernel.decider import Decider
from shared.kernel.refusals import SamePerson


def query_claim(ask: QueryClaim, claim: Claim) -> Sequence[ClaimQueried]:
    """Ask about some lines or the whole claim; another person than the certifier (X6)."""
    require_known(claim, ask.by)
    must_be_legal(ask, claim)
    if ask.by.person == claim.certifier:
        raise SamePerson
    for line_id in ask.lines:
        claim.line(line_id)
    queried = ClaimQueried(
        **claim.identity,
        query_id=ask.query_id,
        question=ask.question,
        lines=ask.lines,
        asked_by=ask.by.person,
    )
    return [queried]


def answer_query(ask: AnswerQuery, claim: Claim) -> Sequence[QueryAnswered]:
    """Answer the open question; the assessment goes on."""
    require_claimant(claim, ask.by)
    must_be_legal(ask, claim)
    if ask.query_id != claim.queries[-1].query_id:
        raise NoQueryOpen
    answered = QueryAnswered(
        **claim.identity,
        query_id=ask.query_id,
        answer=ask.answer,
        evidence=ask.evidence,
        answered_by=ask.by.person,
    )
    return [answered]


DECIDERS: Mapping[type[Command], Decider] = {
    QueryClaim: Decider(query_claim, claim="claim-{claim_id}"),
    AnswerQuery: Decider(answer_query, claim="claim-{claim_id}"),
}
