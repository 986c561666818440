"""Names of streams: the category before the first hyphen, and the subject inside."""

import re

_SUBJECT = re.compile(r'"((?:prj|org)_[0-9a-f]{32})"')


def category(stream: str) -> str:
    """The word before the first hyphen: `claim-prj_….org_….2020-21Q1` is a `claim`."""
    return stream.partition("-")[0]


def subject_of(stream: str) -> str:
    """The project or organisation in a stream's name, else the stream itself (`design.md` 3).

    It depends on the name alone, so one stream never changes its partition.
    """
    rest = stream.partition("-")[2]
    owner = rest.partition(".")[0]
    return owner if owner.startswith(("prj_", "org_")) else stream


def named_in(body: str, subject: str) -> list[str]:
    """The other projects and organisations that a body names: it is in their histories as well."""
    return sorted({*_SUBJECT.findall(body)} - {subject})
