"""Why something cannot be done with an agreement at the stage that it has reached."""

from shared.kernel.refusals import Invalid, Refusal


class AlreadyExecuted(Refusal):
    """The agreement is executed: its terms change by amendment only, and nobody signs again."""

    rule = "R-25"
    french = "L'entente est en vigueur : seul un avenant la change, et nul ne signe de nouveau."


class ConditionsPending(Refusal):
    """Conditions of the award are not satisfied yet; nobody signs before all of them are."""

    rule = "R-1"
    french = "Des conditions de l'octroi restent à remplir; nul ne signe avant qu'elles le soient."


class AgreementNotReady(Refusal):
    """The agreement cannot be executed yet; what is missing is listed."""

    rule = "R-1"
    french = "L'entente ne peut pas encore entrer en vigueur; ce qui manque est énuméré."


class NotSuspended(Refusal):
    """The project is not suspended, so there is nothing to resume."""

    rule = "R-10"
    french = "Le projet n'est pas suspendu; il n'y a rien à reprendre."


class FinalReportAlreadyAccepted(Refusal):
    """The final report is accepted; it is not handed in or accepted again."""

    rule = "R-16"
    french = "Le rapport final est accepté; il n'est ni remis ni accepté de nouveau."


class ProjectAlreadyCompleted(Refusal):
    """The project is already completed."""

    rule = "R-16"
    french = "Le projet est déjà achevé."


class AgreementNotClosable(Refusal):
    """The agreement cannot be closed yet; what is open is listed."""

    rule = "R-16"
    french = "L'entente ne peut pas encore être fermée; ce qui reste ouvert est énuméré."


class RateEndsBeforeItBegins(Invalid):
    """A changed rate ends on or before the first day of the amendment; its end is exclusive."""

    rule = "R-2"
    french = "Un taux modifié finit au plus tard le premier jour de l'avenant; sa fin est exclue."


class RateAbovePolicy(Refusal):
    """A rate is above the largest one that the programme's policy allows."""

    rule = "S24"
    french = "Un taux dépasse le plus grand que permet la politique du programme."
