"""Fee schedules by version and date; SMEs pay less than large firms (M-5, X7)."""

from dataclasses import replace

import pytest

from services.membership.domain.refusals import SmeFeeNotBelowLarge
from services.membership.events.policy import Parameters, PolicyPublished
from shared.kernel.policy_book import PolicyEndsBeforeItBegins, PolicyVersionTaken, PublishPolicy
from shared.kernel.refusals import Refusal
from tests.membership.examples import (
    JANUARY_01,
    MAY_05,
    MAY_07,
    apply,
    assess,
    attest,
    open_candidacy,
    publish,
    register,
    schedule,
)
from tests.membership.history import heard, nothing
from tests.support.spec import Given


def dearer(sme_cents: int) -> Parameters:
    """Parameters with another fee for SMEs."""
    return Parameters(fee_schedule=schedule.model_copy(update={"sme_cents": sme_cents}))


def test_a_policy_is_published_for_a_programme_and_a_time() -> None:
    nothing.when(publish).then(
        PolicyPublished(
            programme="scale-ai",
            version="2020.1",
            parameters=publish.parameters,
            effective_from=JANUARY_01,
            effective_to=None,
            reason="fictitious amounts",
            published_by="officer-1",
        )
    )


def test_the_fee_is_by_the_version_in_force_on_the_day_of_assessment() -> None:
    second = replace(publish, version="2020.2", effective_from=MAY_07, parameters=dearer(60_000))
    here = heard.after(publish, second, register, attest, open_candidacy, apply)
    [fee] = here.when(assess).then_names("FeeAssessed")
    assert fee.model_dump()["amount_cents"] == 60_000
    assert fee.model_dump()["policy_version"] == "2020.2"


@pytest.mark.parametrize(
    ("here", "ask", "refusal"),
    [
        (nothing.after(publish), publish, PolicyVersionTaken),
        (nothing, replace(publish, effective_to=JANUARY_01), PolicyEndsBeforeItBegins),
        (nothing, replace(publish, parameters=dearer(500_000)), SmeFeeNotBelowLarge),
        (nothing, replace(publish, parameters=dearer(500_001)), SmeFeeNotBelowLarge),
        (
            nothing.after(publish),
            replace(publish, version="2020.2", effective_from=MAY_05, effective_to=JANUARY_01),
            PolicyEndsBeforeItBegins,
        ),
    ],
)
def test_policies_refuse(
    here: Given, ask: PublishPolicy[Parameters], refusal: type[Refusal]
) -> None:
    here.when(ask).then_refused(refusal)
