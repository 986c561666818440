"""The body of POST /v1/policies: a service adds the parameters that it owns."""

from typing import TypeVar

from shared.kernel.identifiers import Line, Slug
from shared.kernel.periods import CivilDate
from shared.kernel.policy_book import PublishPolicy
from shared.runtime.web.forms import Form
from shared.runtime.web.routes import Ask

P = TypeVar("P")


class VersionForm(Form):
    """A version of a programme's parameters, by name and dates."""

    programme: Slug
    version: Slug
    effective_from: CivilDate
    effective_to: CivilDate | None = None
    """Exclusive; absent means open."""
    reason: Line

    def publish(self, parameters: P, ask: Ask) -> PublishPolicy[P]:
        """The command that publishes these parameters as this version."""
        return PublishPolicy(
            programme=self.programme,
            version=self.version,
            parameters=parameters,
            effective_from=self.effective_from,
            effective_to=self.effective_to,
            reason=self.reason,
            **ask.who,
        )
