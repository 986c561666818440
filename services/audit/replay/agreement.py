"""The project agreement and the money reserved for it: on what terms, with whom, since when."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from services.audit.inbound import Fields, Source, Told
from services.audit.replay.stage import agreement_stage


@dataclass(frozen=True, slots=True)
class AgreementParty:
    """A party of the agreement, and the day of its signature."""

    organisation_id: str
    name: str | None
    funded: bool | None
    signed_on: str | None = None
    withdrawn_after: str | None = None
    """Its last eligible day, where it left."""


@dataclass(frozen=True, slots=True)
class Rate:
    """The exact share of a participant's cost of one kind, in a period; `applies_to` exclusive."""

    organisation_id: str | None
    kind: str | None
    rate: str | None
    applies_from: str | None
    applies_to: str | None

    def in_force(self, day: date) -> bool:
        """Whether it applies on a civil day; an end that is absent is open."""
        on = day.isoformat()
        return (self.applies_from or "") <= on and (self.applies_to is None or on < self.applies_to)


@dataclass(frozen=True, slots=True)
class Commitment:
    """What an envelope said about this project's ceiling (R-15)."""

    status: str
    """`reserved`, `refused` or `released`."""
    envelope_id: str | None
    amount_cents: int | None
    reason: str | None
    since: Source


@dataclass(frozen=True, slots=True)
class Agreement:
    """An agreement; everything is absent before it is drafted."""

    status: str | None = None
    rate: str | None = None
    """As decided for the whole project."""
    rates: tuple[Rate, ...] = ()
    """As agreed by participant, cost kind and period; those in force on the day asked for."""
    ceiling_cents: int | None = None
    envelope_id: str | None = None
    commitment: Commitment | None = None
    conditions: tuple[str, ...] = ()
    participants: Mapping[str, AgreementParty] = field(default_factory=dict)
    funder_signed_on: str | None = None
    eligible_from: str | None = None
    end_date: str | None = None
    holdback_pct: str | None = None
    policy_version: str | None = None
    executed: bool = False
    executed_on: str | None = None
    final_report_accepted_on: str | None = None
    timeline: tuple[Source, ...] = ()
    """The events that moved the agreement on, oldest first."""

    def on(self, day: date) -> "Agreement":
        """The same agreement with the rates in force on a civil day."""
        return replace(self, rates=tuple(rate for rate in self.rates if rate.in_force(day)))


def evolve_agreement(agreement: Agreement, told: Told, fields: Fields) -> Agreement:
    """The agreement after one event of reimbursement; others change nothing."""
    match told.name:
        case "CommitmentReserved":
            return _committed(agreement, told, fields, "reserved")
        case "CommitmentRefused":
            return _committed(agreement, told, fields, "refused")
        case "CommitmentReleased":
            return _committed(agreement, told, fields, "released")
        case "AgreementDrafted":
            return _drafted(agreement, told, fields)
        case "AgreementTermsStated":
            return _dated(agreement, fields)
        case "AgreementSigned":
            return _moved(_signed(agreement, fields), told, "signature_pending")
        case "AgreementExecuted":
            return _executed(agreement, told, fields)
        case "AmendmentTookEffect":
            return _amended(agreement, told, fields)
        case "ParticipantJoined" | "ParticipantWithdrew":
            return _party_changed(agreement, told, fields)
        case "CommitmentMoved":
            return replace(agreement, envelope_id=fields.text("to_envelope_id"))
        case _:
            return _ended(agreement, told, fields)


def _ended(agreement: Agreement, told: Told, fields: Fields) -> Agreement:
    """What moves an agreement by its stage alone, and a report that is accepted before the end."""
    accepted = agreement.final_report_accepted_on is not None
    stage = agreement_stage(told.name, fields, agreement.status, accepted=accepted)
    if told.name == "FinalReportAccepted":
        noted = (*agreement.timeline, told.source)
        accepted_on = fields.text("accepted_on")
        agreement = replace(agreement, final_report_accepted_on=accepted_on)
        return replace(agreement, status=stage or agreement.status, timeline=noted)
    return agreement if stage is None else _moved(agreement, told, stage)


def _amended(agreement: Agreement, told: Told, fields: Fields) -> Agreement:
    """The terms by the amendments that took effect."""
    return replace(
        agreement,
        rates=_rates(fields),
        ceiling_cents=fields.whole("ceiling_cents"),
        end_date=fields.text("end_date"),
        timeline=(*agreement.timeline, told.source),
    )


def _party_changed(agreement: Agreement, told: Told, fields: Fields) -> Agreement:
    organisation_id = fields.text("organisation_id")
    if organisation_id is None:
        return agreement
    if told.name == "ParticipantJoined":
        party = AgreementParty(organisation_id, fields.text("name"), fields.flag("funded"))
    elif organisation_id in agreement.participants:
        left = fields.text("last_eligible_date")
        party = replace(agreement.participants[organisation_id], withdrawn_after=left)
    else:
        return agreement
    return replace(
        agreement,
        participants={**agreement.participants, organisation_id: party},
        timeline=(*agreement.timeline, told.source),
    )


def _moved(agreement: Agreement, told: Told, status: str) -> Agreement:
    return replace(agreement, status=status, timeline=(*agreement.timeline, told.source))


def _committed(agreement: Agreement, told: Told, fields: Fields, status: str) -> Agreement:
    commitment = Commitment(
        status,
        fields.text("envelope_id"),
        fields.whole("amount_cents"),
        fields.text("reason"),
        told.source,
    )
    return replace(agreement, commitment=commitment)


def _drafted(agreement: Agreement, told: Told, fields: Fields) -> Agreement:
    drafted = replace(
        agreement,
        rate=fields.text("rate"),
        ceiling_cents=fields.whole("ceiling_cents"),
        envelope_id=fields.text("envelope_id"),
        conditions=fields.texts("conditions"),
        policy_version=fields.text("policy_version"),
        participants=_parties(Agreement(), fields),
        funder_signed_on=None,
    )
    return _moved(drafted, told, "conditions_pending" if fields.texts("conditions") else "drafted")


def _parties(agreement: Agreement, fields: Fields) -> dict[str, AgreementParty]:
    parties = {}
    for item in fields.items("participants"):
        organisation_id = item.text("organisation_id")
        if organisation_id is not None:
            before = agreement.participants.get(organisation_id)
            parties[organisation_id] = AgreementParty(
                organisation_id,
                item.text("name"),
                item.flag("funded"),
                before.signed_on if before else None,
            )
    return parties


def _dated(agreement: Agreement, fields: Fields) -> Agreement:
    return replace(
        agreement, eligible_from=fields.text("eligible_from"), end_date=fields.text("end_date")
    )


def _signed(agreement: Agreement, fields: Fields) -> Agreement:
    signed_on = fields.text("signed_on")
    if fields.text("party") == "funder":
        return replace(agreement, funder_signed_on=signed_on)
    party = agreement.participants.get(fields.text("organisation_id") or "")
    if party is None:
        return agreement
    signed = replace(party, signed_on=signed_on)
    return replace(
        agreement, participants={**agreement.participants, party.organisation_id: signed}
    )


def _rates(fields: Fields) -> tuple[Rate, ...]:
    return tuple(
        Rate(*(item.text(name) for name in Rate.__dataclass_fields__))
        for item in fields.items("rates")
    )


def _executed(agreement: Agreement, told: Told, fields: Fields) -> Agreement:
    executed = replace(
        _dated(agreement, fields),
        rates=_rates(fields),
        ceiling_cents=fields.whole("ceiling_cents"),
        envelope_id=fields.text("envelope_id"),
        holdback_pct=fields.text("holdback_pct"),
        policy_version=fields.text("policy_version"),
        participants=_parties(agreement, fields),
        executed=True,
        executed_on=fields.text("executed_on"),
    )
    return _moved(executed, told, "active")
