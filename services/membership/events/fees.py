"""Fees: assessed once a fee year, paid or waived, and taken back where that was a mistake."""

from datetime import date
from typing import TypeAlias

from services.membership.events.vocabulary import (
    Days,
    FeeCents,
    FeeClass,
    FeeYearNumber,
    Fte,
    Mistake,
)
from shared.kernel.events import Event, Fact
from shared.kernel.identifiers import Line, OrganisationId, PersonId, Sha256, Slug
from shared.kernel.money import PositiveCents


class SizeUsed(Fact):
    """The attestation that a fee class rests on, as the event SizeAttested had it (M-13)."""

    fte: Fte
    affiliates_fte: Fte
    as_of: date
    evidence_sha256: Sha256


class FeeAssessed(Event, name="FeeAssessed", schema=1):
    """The fee of one fee year, its class frozen and its inputs named (M-5, M-11, X7)."""

    organisation_id: OrganisationId
    fee_year: FeeYearNumber
    fee_class: FeeClass
    amount_cents: FeeCents
    programme: Slug
    policy_version: Slug
    size_as_of: date | None
    """The day of the attestation that decided between SME and large, where one did."""
    assessed_on: date
    assessed_by: PersonId
    schedule_version: Slug | None = None
    """The fee schedule's; absent in an older release, where it was the policy's."""
    size: SizeUsed | None = None
    """The attestation itself; absent where none decided, or in an older release."""
    grace_days: Days | None = None
    """How long grace lasts after this year; absent in an older release."""
    renewal_notice_days: Days | None = None
    """How long before this year's end its renewal is said to be due."""


class FeePaid(Event, name="FeePaid", schema=1):
    """Money for a fee arrived; several parts add up."""

    organisation_id: OrganisationId
    fee_year: FeeYearNumber
    amount_cents: PositiveCents
    paid_on: date
    reference: Line
    recorded_by: PersonId


class FeePaymentReversed(Event, name="FeePaymentReversed", schema=1):
    """What settled a fee year is taken back, and with it that year alone (M-11).

    What follows for the status is said by the events that follow.
    """

    organisation_id: OrganisationId
    fee_year: FeeYearNumber
    amount_cents: FeeCents
    """What had been paid and is not any more."""
    reference: Line | None
    """The payment taken back; absent where the whole assessment is."""
    mistake: Mistake
    covered_from: date | None
    covered_until: date | None
    """The days that are covered no more (the end exclusive); absent where none were."""
    reversed_on: date
    reason: Line
    reversed_by: PersonId


class FeeWaived(Event, name="FeeWaived", schema=1):
    """What was still owed of a fee is not asked for, by a second person and with a reason."""

    organisation_id: OrganisationId
    fee_year: FeeYearNumber
    amount_cents: PositiveCents
    waived_on: date
    reason: Line
    approved_by: PersonId


FeeEvent: TypeAlias = FeeAssessed | FeePaid | FeePaymentReversed | FeeWaived

EVENTS: tuple[type[Event], ...] = (FeeAssessed, FeePaid, FeePaymentReversed, FeeWaived)
