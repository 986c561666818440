"""One project's story, as its owners tell it: from the draft to the last payment."""

from typing import Any

from tests.audit.owners import LEAD, PARTNER, PROJECT, Owners

CLAIM = f"{PROJECT}.{LEAD}.2020-21Q2"
TITLE = "Marée haute : jumeau numérique d'un port"
HASH = "c" * 64
CONDITIONS = ("scope", "incremental", "participants", "sme", "readiness", "canada")
PARTIES = [
    {"organisation_id": LEAD, "name": "Lead inc.", "funded": True, "confirmed": True},
    {"organisation_id": PARTNER, "name": "Partner ltée", "funded": False, "confirmed": True},
]


class Story(Owners):
    """Tells a project's story step by step."""

    def intake(self, name: str, /, **data: Any) -> str:
        """On the proposal's stream."""
        return self.say("intake", name, f"proposal-{PROJECT}", {"project_id": PROJECT, **data})

    def evaluation(self, name: str, cause: str | None = None, /, **data: Any) -> str:
        """On the evaluation's stream."""
        stream = f"evaluation-{PROJECT}"
        return self.say("evaluation", name, stream, {"project_id": PROJECT, **data}, cause=cause)

    def agreement(self, name: str, /, **data: Any) -> str:
        """On the agreement's stream."""
        body = {"project_id": PROJECT, **data}
        return self.say("reimbursement", name, f"agreement-{PROJECT}", body)

    def claim(self, name: str, claim_id: str = CLAIM, /, **data: Any) -> str:
        """On a claim's stream."""
        body = {
            "claim_id": claim_id,
            "project_id": PROJECT,
            "organisation_id": LEAD,
            "quarter": "2020-21Q2",
            **data,
        }
        return self.say("reimbursement", name, f"claim-{claim_id}", body)

    def membership(self, name: str, organisation_id: str = LEAD, /, **data: Any) -> str:
        """On an organisation's stream."""
        body = {"organisation_id": organisation_id, **data}
        return self.say("membership", name, f"organisation-{organisation_id}", body)

    def drafted(self) -> str:
        """A proposal with a partner that was invited."""
        self.intake(
            "ProposalDrafted",
            programme="scale-ai",
            title=TITLE,
            lead_organisation_id=LEAD,
            lead_name="Lead inc.",
        )
        return self.intake("ParticipantInvited", organisation_id=PARTNER, name="Partner ltée")

    def submitted(self, name: str = "ProposalSubmitted", version: int = 1) -> str:
        """A version, with the partner's confirmation before it."""
        self.intake("ParticipantConfirmed", organisation_id=PARTNER, content_hash=HASH)
        return self.intake(
            name,
            title=TITLE,
            version=version,
            content_hash=HASH,
            submitted_on="2020-05-05",
            participants=PARTIES,
        )

    def eligible(self, cause: str | None = None) -> str:
        """A review with six verdicts, all met."""
        self.evaluation(
            "EligibilityReviewOpened", cause, proposal_version=1, policy_version="2020.1"
        )
        for condition in CONDITIONS:
            self.evaluation("EligibilityConditionAssessed", **verdict(condition))
        return self.evaluation(
            "EligibilityAssessed", eligible=True, policy_version="2020.1", verdicts=[]
        )

    def approved(self) -> str:
        """A score and the decision of two persons."""
        criterion = {"criterion": "team", "weight": 25, "mean": "9/2"}
        self.evaluation(
            "WeightedScoreComputed", result="1705/20", criteria=[criterion], policy_version="2020.1"
        )
        return self.evaluation(
            "ProjectApproved",
            rate="27/83",
            ceiling_cents=2_700_000,
            envelope_id="federal-2018",
            conditions=[],
            reasons=["strong team"],
            policy_version="2020.2",
            weighted_score="1705/20",
            decided_on="2020-06-01",
            proposed_by="officer-1",
            confirmed_by="officer-2",
            participants=PARTIES,
        )

    def executed(self) -> str:
        """The money reserved, and the agreement signed by all and in force."""
        reserved = {"project_id": PROJECT, "envelope_id": "federal-2018", "amount_cents": 2_700_000}
        self.say("reimbursement", "CommitmentReserved", "envelope-federal-2018", reserved)
        terms = {"ceiling_cents": 2_700_000, "envelope_id": "federal-2018"}
        shared = {**terms, "participants": PARTIES, "policy_version": "2020.1"}
        self.agreement("AgreementDrafted", rate="27/83", conditions=[], **shared)
        for party in (LEAD, PARTNER):
            self.agreement(
                "AgreementSigned",
                party="participant",
                organisation_id=party,
                signed_on="2020-06-10",
            )
        self.agreement("AgreementSigned", party="funder", signed_on="2020-06-11")
        return self.agreement(
            "AgreementExecuted",
            eligible_from="2020-07-01",
            end_date="2022-03-31",
            holdback_pct="1/10",
            executed_on="2020-06-12",
            rates=[rate("27/83", "2020-07-01", "2021-04-01"), rate("1/4", "2021-04-01", None)],
            **shared,
        )

    def filed(self) -> str:
        """A claim of two lines, a third one having been withdrawn."""
        self.claim("ClaimPeriodOpened", due_on="2020-11-14")
        for line_id, amount in (("line_1", 830_000), ("line_2", 1_000), ("line_3", 5)):
            self.claim("CostLineRecorded", line_id=line_id, amount_cents=amount)
        self.claim("CostLineWithdrawn", line_id="line_3")
        return self.claim(
            "ClaimFiled",
            claimed_cents=831_000,
            certifier="certifier-1",
            content_hash=HASH,
            filed_on="2020-10-20",
            late=False,
        )

    def approved_claim(self) -> str:
        """One line accepted in full, the other one not at all."""
        self.claim("CostLineAssessed", line_id="line_1", eligible_cents=830_000)
        self.claim("CostLineAssessed", line_id="line_2", eligible_cents=0)
        worth = {
            "entitled_cents": 270_000,
            "holdback_cents": 27_000,
            "payable_cents": 243_000,
            "policy_version": "2020.1",
        }
        self.claim("ClaimAssessed", gross_cents=830_000, assessed_by="officer-1", **worth)
        return self.claim("ClaimApproved", approved_by="officer-2", **worth)

    def paid(self) -> str:
        """The claim's payment, then the released holdback's."""
        for step in ("PaymentAuthorised", "PaymentIssued", "PaymentConfirmed"):
            self.claim(step, **payment("pay_1", 243_000))
        account = f"account-{PROJECT}.{LEAD}"
        released = {"project_id": PROJECT, "organisation_id": LEAD, "amount_cents": 27_000}
        self.say("reimbursement", "HoldbackReleased", account, released)
        of_account = {"project_id": PROJECT, "organisation_id": LEAD, "claim_id": None}
        for step in ("PaymentAuthorised", "PaymentIssued", "PaymentConfirmed"):
            body = {**of_account, **payment("pay_2", 27_000)}
            last = self.say("reimbursement", step, account, body)
        return last

    def whole(self) -> "Story":
        """Everything above, in one go."""
        self.membership("OrganisationRegistered", name="Lead inc.", kind="SME", country="CA")
        self.drafted()
        self.eligible(self.submitted())
        self.intake("DetailedProposalOpened")
        self.submitted("DetailedProposalSubmitted", 2)
        self.evaluation("DetailedProposalAccepted", proposal_version=2)
        for condition in CONDITIONS:
            self.evaluation("EligibilityConditionAssessed", **verdict(condition))
        self.approved()
        self.membership("CandidacyOpened", project_id=PROJECT, opened_on="2020-06-01")
        self.membership(
            "MemberAdmitted",
            project_id=PROJECT,
            admitted_on="2020-06-05",
            covered_until="2021-06-05",
        )
        self.executed()
        self.filed()
        self.approved_claim()
        self.paid()
        return self


def verdict(condition: str) -> dict[str, str]:
    """A condition that is met."""
    return {
        "condition": condition,
        "verdict": "met",
        "reason": f"{condition} is shown",
        "policy_version": "2020.1",
    }


def rate(share: str, applies_from: str, applies_to: str | None) -> dict[str, Any]:
    """A rate of the lead's labour."""
    return {
        "organisation_id": LEAD,
        "kind": "labour",
        "rate": share,
        "applies_from": applies_from,
        "applies_to": applies_to,
    }


def payment(payment_id: str, cents: int) -> dict[str, Any]:
    """What every step of a payment says."""
    return {"payment_id": payment_id, "amount_cents": cents, "reference": f"bank-{payment_id}"}
