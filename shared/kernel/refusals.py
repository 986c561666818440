"""The tree of expected answers "no", each with a status, a rule and both languages.

Refusal                      409  a rule of the domain or an illegal transition
├── NotFound                 404  no such thing, or not for this person to know
├── Forbidden                403  this person may not do this
├── Invalid                  422  a field whose value cannot be what it says
├── Malformed                400  not readable as what it claims to be
├── Stale                    412  decided upon an older version than the current one
└── Unavailable              503  try again later
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

_HUMP = re.compile(r"(?<!^)(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Fault:
    """One place in the input that is wrong: a JSON pointer and a stable code, never the value."""

    pointer: str
    code: str


class Refusal(Exception):
    """The request conflicts with a rule."""

    status: ClassVar[int] = 409
    rule: ClassVar[str | None] = None
    french: ClassVar[str] = "La demande est contraire à une règle."

    def __init__(self, *faults: Fault, **facts: Any) -> None:
        """Keep what the caller may know; `facts` are our own data, never values of the input."""
        super().__init__(self.code())
        self.faults: Sequence[Fault] = faults
        self.facts: Mapping[str, Any] = facts

    @classmethod
    def code(cls) -> str:
        """The stable name of this refusal: its class name in kebab case."""
        return _HUMP.sub("-", cls.__name__).lower()

    @classmethod
    def english(cls) -> str:
        """The sentence for the caller: the class's docstring."""
        return " ".join((cls.__doc__ or "").split())


class NotFound(Refusal):
    """There is nothing here under this name."""

    status = 404
    french = "Il n'y a rien ici sous ce nom."


class Forbidden(Refusal):
    """This person may not do this."""

    status = 403
    french = "Cette personne n'y est pas autorisée."


class NotOnBehalf(Forbidden):
    """Staff act for an organisation only in its name: say so with On-Behalf-Of and its id."""

    rule = "I-13"
    french = "Le personnel agit pour une organisation en son nom seulement : indiquez On-Behalf-Of."


class Invalid(Refusal):
    """A field has a value that it cannot have."""

    status = 422
    french = "Un champ a une valeur qu'il ne peut pas avoir."


class Malformed(Refusal):
    """The request cannot be read as what it claims to be."""

    status = 400
    french = "La demande est illisible."


class Stale(Refusal):
    """Somebody changed this since the version that the request names."""

    status = 412
    rule = "X1"
    french = "Ceci a changé depuis la version nommée dans la demande."


class Unavailable(Refusal):
    """This cannot be answered right now; try again shortly."""

    status = 503
    french = "Impossible de répondre pour l'instant; réessayez sous peu."


class EffectiveBeforeBeginning(Refusal):
    """The effective date lies before the first event of this history."""

    rule = "X5"
    french = "La date d'effet précède le premier événement de cet historique."


class SamePerson(Refusal):
    """Another person must do this: the one who did the step before may not."""

    rule = "X6"
    french = "Une autre personne doit le faire : l'auteur de l'étape précédente ne le peut pas."


class NulInText(Invalid):
    """A text holds the character U+0000, which no text here may hold; take it out."""

    french = "Un texte contient le caractère U+0000, interdit ici; retirez-le."
