"""A history for every state of a party, and for every command a question that is legal somewhere.

All are asked on one day, so that the state of that day is the latest one too.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from services.membership import commands
from services.membership.domain.standing import Status
from shared.kernel.commands import Command
from tests.membership.examples import (
    FLEUVE,
    PORT,
    admit_associate,
    affiliate,
    amend,
    apply,
    ask_associate,
    assess,
    attest,
    fleuve,
    noon,
    open_candidacy,
    pay,
    reactor,
    record_alias,
    register,
    sign,
)
from tests.membership.history import associate, heard, registered
from tests.membership.members import (
    FAR,
    admitted,
    assessing,
    dissolving,
    following,
    reinstating,
    reversing,
    suspending,
    terminating,
    timers,
    waiving,
)
from tests.support.spec import Given

TODAY = date(2022, 6, 15)
"""The day of all questions."""
YESTERDAY = date(2022, 6, 14)
GRACE = date(2021, 6, 1)
"""Admitted on this day: its first year ends 14 days before today, so today is in grace."""
LONG_AGO = date(2020, 6, 1)
"""Admitted on this day: grace was over long ago."""


def on(ask: Command, day: date = TODAY) -> Command:
    """The same question, asked far away in time about a day."""
    return replace(ask, now=FAR, effective_at=noon(day))


published = commands.PublishPartnerProfile(
    organisation_id=FLEUVE,
    offers=("turbines",),
    seeks=("forecasts",),
    sectors=("energy",),
    by=fleuve,
    now=FAR,
    effective_at=noon(YESTERDAY),
)
_candidate = registered.after(on(open_candidacy, YESTERDAY))
_applicant = _candidate.after(on(apply, YESTERDAY), on(sign, YESTERDAY))
_owing = _applicant.after(on(assess, YESTERDAY))
_active = admitted(date(2022, 1, 10)).after(assessing(2, YESTERDAY), published)
_grace = timers(admitted(GRACE), TODAY).after(assessing(2, YESTERDAY), published)
_lapsed = timers(admitted(LONG_AGO), TODAY).after(assessing(3, YESTERDAY))

HISTORIES: Mapping[Status, Given] = {
    "absent": heard,
    "registered": registered,
    "associate": associate.after(published),
    "candidate": _candidate,
    "application_submitted": _applicant,
    "fee_due": _owing,
    "active": _active,
    "grace": _grace,
    "lapsed": _lapsed,
    "suspended": _active.after(suspending(YESTERDAY)),
    "terminated": _active.after(terminating(YESTERDAY)),
}

LAST_YEAR: Mapping[Status, int] = {
    "active": 2,
    "suspended": 2,
    "terminated": 2,
    "grace": 2,
    "lapsed": 3,
}
"""The fee year that is assessed and owed, where it is not the first one."""


def question(command: type[Command], state: Status) -> Command:
    """What is asked of a party in this state: the fee year that it is about is the one it owes."""
    asked = QUESTIONS[command]
    year = LAST_YEAR.get(state, 1)
    if isinstance(asked, commands.AssessFee):
        return replace(asked, fee_year=year + 1 if state in LAST_YEAR else 1)
    if isinstance(asked, commands.RecordFeePayment | commands.WaiveFee):
        return replace(asked, fee_year=year)
    if isinstance(asked, commands.ReverseFeePayment):
        return replace(asked, fee_year=1)
    return asked


QUESTIONS: Mapping[type[Command], Command] = {
    type(asked): asked
    for asked in (
        on(register),
        on(amend),
        on(record_alias),
        on(replace(attest, fte=Decimal(90))),
        on(affiliate),
        commands.DeclareControlChange(
            organisation_id=FLEUVE,
            controller_id=PORT,
            controller_name=None,
            evidence_sha256="c" * 64,
            by=fleuve,
            now=FAR,
            effective_at=noon(TODAY),
        ),
        dissolving(TODAY),
        on(ask_associate),
        on(admit_associate),
        commands.ResignAsAssociate(
            organisation_id=FLEUVE, by=fleuve, now=FAR, effective_at=noon(TODAY)
        ),
        on(open_candidacy),
        commands.CloseCandidacy(
            organisation_id=FLEUVE,
            project_id=open_candidacy.project_id,
            because="award_lapsed",
            by=reactor,
            now=FAR,
            effective_at=noon(TODAY),
        ),
        on(apply),
        on(sign),
        on(assess),
        on(replace(pay, paid_on=TODAY, reference="bank-today")),
        waiving(1, TODAY),
        reversing(1, TODAY, mistake="assessment"),
        suspending(TODAY),
        reinstating(TODAY),
        terminating(TODAY),
        following(TODAY),
        replace(published, offers=("batteries",), effective_at=noon(TODAY)),
        commands.StatePartnerContact(
            organisation_id=FLEUVE,
            contact_reference="vault_2",
            contact_hash="b" * 64,
            by=fleuve,
            now=FAR,
            effective_at=noon(TODAY),
        ),
        commands.ErasePartnerContact(
            organisation_id=FLEUVE,
            reason="asked for, fictitious",
            by=reactor,
            now=FAR,
            effective_at=noon(TODAY),
        ),
        commands.WithdrawPartnerProfile(
            organisation_id=FLEUVE, by=fleuve, now=FAR, effective_at=noon(TODAY)
        ),
        commands.RequestIntroduction(
            introduction_id="int_" + "1" * 32,
            organisation_id=FLEUVE,
            partner_id=PORT,
            by=fleuve,
            now=FAR,
            effective_at=noon(TODAY),
        ),
    )
}
"""One question of each kind, to be asked anywhere."""
