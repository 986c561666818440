"""The story's stages, each made by asking: what a test starts from."""

from services.membership.app import DOMAIN
from tests.membership.examples import (
    AWARD_STREAM,
    OTHER_AWARD_STREAM,
    admit_associate,
    also_approved,
    apply,
    approved,
    ask_associate,
    assess,
    attest,
    open_candidacy,
    pay,
    publish,
    register,
    register_port,
    sign,
)
from tests.support.spec import given

nothing = given(DOMAIN)
heard = given(DOMAIN, {AWARD_STREAM: [approved], OTHER_AWARD_STREAM: [also_approved]})
registered = heard.after(publish, register, register_port, attest)
associate = registered.after(ask_associate, admit_associate)
candidate = registered.after(open_candidacy)
applicant = candidate.after(apply)
fee_due = applicant.after(assess)
signed = applicant.after(sign)
member = signed.after(assess, pay)
