"""A sentence in both official languages."""

from typing import Any, NamedTuple


class Told(NamedTuple):
    """What is told to an applicant."""

    english: str
    french: str

    def said_in(self, language: str | None) -> Any:
        """The sentence in the language that is asked for, else in both."""
        if language is None:
            return {"en": self.english, "fr": self.french}
        return self.french if language == "fr" else self.english
