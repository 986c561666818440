"""Why something may not be asked of a claim, or not now."""

from shared.kernel.refusals import NotFound, NotOnBehalf, Refusal


class ClaimNotFound(NotFound):
    """There is no such claim period, or it is not for you to know."""

    french = "Il n'y a pas de telle période de réclamation, ou vous n'avez pas à la connaître."


class CostLineNotFound(NotFound):
    """The claim has no such cost line; it may have been withdrawn."""

    french = "La réclamation n'a pas cette ligne de coût; elle a peut-être été retirée."


class NotTheClaimant(NotOnBehalf):
    """Staff act on a participant's claim only in its name: say so with `On-Behalf-Of`."""

    french = "Le personnel n'agit pour un participant qu'en son nom : indiquez `On-Behalf-Of`."


class ClaimAlreadyFiled(Refusal):
    """This quarter was already claimed; what is filed changes by correction only."""

    rule = "R-3"
    french = "Ce trimestre a déjà été réclamé; seule une correction change ce qui est déposé."


class ClaimNotFiled(Refusal):
    """The claim was not filed yet, so there is nothing to assess or decide."""

    rule = "R-3"
    french = "La réclamation n'est pas encore déposée; il n'y a rien à évaluer ni à décider."


class ClaimAlreadyDecided(Refusal):
    """The claim is already assessed or decided at this step; it is not done twice."""

    rule = "R-11"
    french = "La réclamation est déjà évaluée ou décidée à cette étape; cela ne se refait pas."


class NothingToClaim(Refusal):
    """The claim has no cost line; a quarter without costs needs no claim."""

    rule = "R-3"
    french = "La réclamation n'a aucune ligne; un trimestre sans coûts n'en demande pas."


class LinesNotAssessed(Refusal):
    """These cost lines are not assessed yet; decide each of them first."""

    rule = "R-6"
    french = "Ces lignes de coût ne sont pas encore évaluées; décidez d'abord de chacune."


class QueryOpen(Refusal):
    """The participant was asked something; the assessment waits for the answer."""

    french = "Une question est posée au participant; l'évaluation attend la réponse."


class NoQueryOpen(Refusal):
    """Nothing that was asked waits for an answer."""

    french = "Aucune question n'attend de réponse."
