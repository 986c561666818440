"""Names of streams: the category before the first hyphen, and the subject inside."""


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
