"""The sentences that an applicant is told, in English and in French."""

from collections.abc import Mapping
from typing import NamedTuple

from services.intake.domain.status import Status
from services.intake.domain.wording import Told


class Turn(NamedTuple):
    """What a status means, and whose turn it is."""

    means: Told
    holder: str
    """`applicant`, `programme`, or `nobody`."""


TURNS: Mapping[Status, Turn] = {
    "absent": Turn(Told("There is no proposal.", "Il n'y a pas de proposition."), "nobody"),
    "draft": Turn(
        Told("The proposal is being drafted.", "La proposition est en rédaction."), "applicant"
    ),
    "submitted": Turn(
        Told("Eligibility is being assessed.", "L'admissibilité est à l'étude."), "programme"
    ),
    "information_requested": Turn(
        Told("The assessors wait for an answer.", "Les évaluateurs attendent une réponse."),
        "applicant",
    ),
    "ineligible": Turn(
        Told(
            "The proposal was found ineligible; a reassessment may be requested.",
            "La proposition est inadmissible; une réévaluation peut être demandée.",
        ),
        "applicant",
    ),
    "reassessment_requested": Turn(
        Told("Eligibility is being assessed once more.", "L'admissibilité est réévaluée."),
        "programme",
    ),
    "eligible": Turn(
        Told(
            "The proposal is eligible; the detailed stage may be opened.",
            "La proposition est admissible; l'étape détaillée peut s'ouvrir.",
        ),
        "applicant",
    ),
    "detailing": Turn(
        Told("The detailed version is being worked out.", "La version détaillée est en cours."),
        "applicant",
    ),
    "detailed_submitted": Turn(
        Told(
            "The detailed version is being checked for completeness.",
            "On vérifie si la version détaillée est complète.",
        ),
        "programme",
    ),
    "returned": Turn(
        Told(
            "The detailed version was returned with gaps.",
            "La version détaillée a été retournée avec des lacunes.",
        ),
        "applicant",
    ),
    "in_selection": Turn(
        Told("The proposal is in selection.", "La proposition est en sélection."), "programme"
    ),
    "selected": Turn(Told("The project is approved.", "Le projet est approuvé."), "nobody"),
    "not_selected": Turn(
        Told("The project was not selected.", "Le projet n'a pas été retenu."), "nobody"
    ),
    "withdrawn": Turn(
        Told("The proposal was withdrawn.", "La proposition a été retirée."), "nobody"
    ),
    "expired": Turn(
        Told(
            "The proposal rests because nothing happened for long; it may be reinstated.",
            "La proposition est échue faute d'activité; elle peut être rétablie.",
        ),
        "applicant",
    ),
}

HAPPENED: Mapping[str, Told] = {
    "ProposalDrafted": Told("A draft was begun.", "Un projet a été commencé."),
    "ProposalResubmitted": Told(
        "It takes up an earlier proposal.", "Elle reprend une proposition antérieure."
    ),
    "ParticipantInvited": Told("A participant was invited.", "Un participant a été invité."),
    "ParticipantConfirmed": Told("A participant confirmed.", "Un participant a confirmé."),
    "ParticipantDeclined": Told("A participant declined.", "Un participant a décliné."),
    "ParticipantRemoved": Told("A participant was removed.", "Un participant a été retiré."),
    "LeadChanged": Told("The lead changed.", "Le responsable a changé."),
    "ParticipantsHeldDistinct": Told(
        "Two participants are held distinct.", "Deux participants sont tenus pour distincts."
    ),
    "SectionRevised": Told("A section was revised.", "Une section a été révisée."),
    "BudgetProposed": Told("A budget was proposed.", "Un budget a été proposé."),
    "WorkPlanProposed": Told("A work plan was proposed.", "Un plan de travail a été proposé."),
    "IpPlanDeclared": Told("An IP plan was declared.", "Un plan de PI a été déclaré."),
    "ExecutiveEndorsementRecorded": Told(
        "An executive's endorsement was recorded.", "L'appui d'un dirigeant a été consigné."
    ),
    "ExecutiveEndorsementWithdrawn": Told(
        "The executive's endorsement was withdrawn.", "L'appui du dirigeant a été retiré."
    ),
    "OtherFundingDeclared": Told(
        "Other funding was declared.", "Un autre financement a été déclaré."
    ),
    "NdaRequested": Told(
        "A non-disclosure agreement was requested.", "Une entente de confidentialité est demandée."
    ),
    "NdaExecuted": Told(
        "A non-disclosure agreement was signed.", "Une entente de confidentialité est signée."
    ),
    "CoachingNoteRecorded": Told("A coaching note.", "Une note d'accompagnement."),
    "ProposalSubmitted": Told("The proposal was submitted.", "La proposition a été soumise."),
    "InformationProvided": Told("A request was answered.", "Une demande a reçu réponse."),
    "ReassessmentRequested": Told(
        "A reassessment was requested.", "Une réévaluation a été demandée."
    ),
    "DetailedProposalOpened": Told(
        "The detailed stage opened.", "L'étape détaillée s'est ouverte."
    ),
    "DetailedProposalSubmitted": Told(
        "A detailed version was submitted.", "Une version détaillée a été soumise."
    ),
    "ProposalWithdrawn": Told("The proposal was withdrawn.", "La proposition a été retirée."),
    "ProposalExpired": Told("The proposal expired.", "La proposition est échue."),
    "ProposalReinstated": Told("The proposal was reinstated.", "La proposition a été rétablie."),
    "EligibilityReviewOpened": Told(
        "The assessors took the proposal up.", "Les évaluateurs ont pris la proposition en main."
    ),
    "EligibilityAssessed": Told("Eligibility was concluded.", "L'admissibilité a été conclue."),
    "EligibilityVerdictCorrected": Told("A verdict was corrected.", "Un verdict a été corrigé."),
    "EligibilityCheckReopened": Told(
        "A condition is being checked again.", "Une condition est vérifiée de nouveau."
    ),
    "InformationRequested": Told(
        "The assessors asked for information.", "Les évaluateurs ont demandé de l'information."
    ),
    "InformationRequestClosed": Told("A request was closed.", "Une demande a été close."),
    "DetailedProposalReturned": Told(
        "The detailed version was returned.", "La version détaillée a été retournée."
    ),
    "DetailedProposalAccepted": Told(
        "The detailed version was accepted as comprehensive.",
        "La version détaillée a été acceptée comme complète.",
    ),
    "SelectionClockPaused": Told("Selection is paused.", "La sélection est suspendue."),
    "SelectionClockResumed": Told("Selection goes on.", "La sélection reprend."),
    "SelectionTargetMissed": Told(
        "Selection takes longer than intended.", "La sélection dépasse le délai visé."
    ),
    "DecisionDeferred": Told("The decision was deferred.", "La décision a été différée."),
    "ProjectApproved": Told("The project was approved.", "Le projet a été approuvé."),
    "ProjectDeclined": Told("The project was declined.", "Le projet a été refusé."),
    "DecisionCommunicated": Told("The decision was communicated.", "La décision est communiquée."),
    "EvaluationReopened": Told("The evaluation was reopened.", "L'évaluation a été rouverte."),
    "DecisionConfirmed": Told("The decision was confirmed.", "La décision a été confirmée."),
    "DecisionRevised": Told("The decision was revised.", "La décision a été révisée."),
    "DecisionRescinded": Told("The decision was rescinded.", "La décision a été annulée."),
    "AwardConditionSatisfied": Told(
        "A condition of the award is satisfied.", "Une condition de l'octroi est remplie."
    ),
    "AwardConditionExpired": Told(
        "A condition of the award was not satisfied in time; the award lapsed.",
        "Une condition n'a pas été remplie à temps; l'octroi est caduc.",
    ),
}
"""Every event that the history of a proposal tells of, by its name."""

ASKED = Told("Answer this request.", "Répondez à cette demande.")
GAP = Told("Close this gap and submit again.", "Comblez cette lacune et soumettez de nouveau.")
NOT_MET = Told("This condition is not met.", "Cette condition n'est pas remplie.")
DECLINED = Told(
    "This participant declined: remove it or invite it again.",
    "Ce participant a décliné : retirez-le ou invitez-le de nouveau.",
)
RESTS = Told("Reinstate the proposal.", "Rétablissez la proposition.")
