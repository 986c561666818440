"""The file for the bank: an ISO 20022 credit transfer, `pain.001.001.09`, made of recorded facts.

The same file of payments is the same bytes, whenever and wherever it is made.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape

from services.reimbursement.domain.bank_file import PaymentFile, end_to_end_id
from services.reimbursement.events.bank import Instruction
from shared.kernel.canonical import canonical
from shared.kernel.money import dollars

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
NAME_CHARS_MAX = 140
"""ISO 20022 keeps a party's name this short."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BankNumbers:
    """A Canadian bank account: institution (3 digits), transit (5 digits), account, holder."""

    institution: str
    transit: str
    account: str
    holder: str

    @classmethod
    def read(cls, content: str) -> "BankNumbers":
        """As the vault keeps them."""
        return cls(**json.loads(content))

    def content(self) -> str:
        """For the vault to keep."""
        return canonical(
            {
                "institution": self.institution,
                "transit": self.transit,
                "account": self.account,
                "holder": self.holder,
            }
        )

    @property
    def member_id(self) -> str:
        """The number of the branch in the Canadian clearing: nine digits, the first is zero."""
        return f"0{self.institution}{self.transit}"


def credit_transfer(
    file: PaymentFile, funder: BankNumbers, accounts: Mapping[str, BankNumbers]
) -> bytes:
    """The file as the bank gets it; `accounts` by their references in the vault."""
    message = file.file_id.removeprefix("file_")
    number, total = len(file.instructions), dollars(file.control_sum_cents)
    transfers = "".join(
        _transfer(instruction, accounts[instruction.account_reference])
        for instruction in file.instructions
    )
    document = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Document xmlns="{NAMESPACE}"><CstmrCdtTrfInitn>'
        f"<GrpHdr><MsgId>{message}</MsgId>"
        f"<CreDtTm>{file.execute_on.isoformat()}T00:00:00Z</CreDtTm>"
        f"<NbOfTxs>{number}</NbOfTxs><CtrlSum>{total}</CtrlSum>"
        f"<InitgPty><Nm>{_name(funder.holder)}</Nm></InitgPty></GrpHdr>"
        f"<PmtInf><PmtInfId>{message}-1</PmtInfId><PmtMtd>TRF</PmtMtd>"
        f"<NbOfTxs>{number}</NbOfTxs><CtrlSum>{total}</CtrlSum>"
        f"<ReqdExctnDt><Dt>{file.execute_on.isoformat()}</Dt></ReqdExctnDt>"
        f"<Dbtr><Nm>{_name(funder.holder)}</Nm></Dbtr>"
        f"<DbtrAcct>{_account(funder)}<Ccy>CAD</Ccy></DbtrAcct>"
        f"<DbtrAgt>{_agent(funder)}</DbtrAgt>"
        f"{transfers}</PmtInf></CstmrCdtTrfInitn></Document>\n"
    )
    return document.encode()


def _transfer(instruction: Instruction, account: BankNumbers) -> str:
    reference = end_to_end_id(instruction.payment_id)
    about = instruction.claim_id or f"{instruction.project_id}.{instruction.organisation_id}"
    return (
        f"<CdtTrfTxInf><PmtId><InstrId>{reference}</InstrId>"
        f"<EndToEndId>{reference}</EndToEndId></PmtId>"
        f'<Amt><InstdAmt Ccy="CAD">{dollars(instruction.amount_cents)}</InstdAmt></Amt>'
        f"<CdtrAgt>{_agent(account)}</CdtrAgt>"
        f"<Cdtr><Nm>{_name(account.holder)}</Nm></Cdtr>"
        f"<CdtrAcct>{_account(account)}</CdtrAcct>"
        f"<RmtInf><Ustrd>{escape(about)}</Ustrd></RmtInf></CdtTrfTxInf>"
    )


def _agent(numbers: BankNumbers) -> str:
    return (
        "<FinInstnId><ClrSysMmbId><ClrSysId><Cd>CACPA</Cd></ClrSysId>"
        f"<MmbId>{numbers.member_id}</MmbId></ClrSysMmbId></FinInstnId>"
    )


def _account(numbers: BankNumbers) -> str:
    return f"<Id><Othr><Id>{numbers.account}</Id></Othr></Id>"


def _name(name: str) -> str:
    return escape(name[:NAME_CHARS_MAX])
