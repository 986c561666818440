"""Every "no" that intake can say, one for each rule, in both languages."""

from shared.kernel.refusals import Forbidden, Invalid, NotFound, NotOnBehalf, Refusal


class ProposalNotFound(NotFound):
    """There is no such proposal, or it is not for you to know."""

    french = "Cette proposition n'existe pas, ou elle ne vous concerne pas."


class ParticipantNotFound(NotFound):
    """The proposal names no such participant."""

    french = "La proposition ne nomme pas ce participant."


class NotTheLead(Forbidden):
    """Only the lead organisation may do this; ask it to."""

    french = "Seule l'organisation responsable peut le faire; adressez-vous à elle."


class NotThisParticipant(Forbidden):
    """A participant answers for itself; nobody else answers for it."""

    rule = "I-10"
    french = "Un participant répond pour lui-même; personne d'autre ne répond pour lui."


class NotOnBehalfOfTheApplicant(NotOnBehalf):
    """Staff act for an applicant only when they name it: send On-Behalf-Of with its id."""

    french = "Le personnel agit pour un demandeur en le nommant : envoyez On-Behalf-Of."


class ProposalAlreadyDrafted(Refusal):
    """A proposal with this id was already drafted; draft another one."""

    rule = "X1"
    french = "Une proposition portant cet identifiant existe déjà; rédigez-en une autre."


class AssociateMayNotLead(Refusal):
    """The lead is only an associate, and associates may not lead; another party must."""

    rule = "I-1"
    french = "Le responsable n'est qu'associé, et un associé ne peut pas diriger une proposition."


class ContentNotOpen(Refusal):
    """A submitted version never changes; the content opens again with the detailed stage."""

    rule = "I-9"
    french = "Une version soumise ne change plus; le contenu se rouvre à l'étape détaillée."


class ProposalEnded(Refusal):
    """The proposal was withdrawn or decided upon; nothing more is recorded in it."""

    french = "La proposition a été retirée ou décidée; plus rien n'y est consigné."


class ProposalIsExpired(Refusal):
    """The proposal rests because nothing happened for long; reinstate it first."""

    french = "La proposition est échue faute d'activité; rétablissez-la d'abord."


class ProposalNotExpired(Refusal):
    """Only an expired proposal is reinstated; this one goes on without it."""

    french = "Seule une proposition échue se rétablit; celle-ci continue sans cela."


class NotIdle(Refusal):
    """A proposal expires only after the policy's days without any event, the applicant's turn."""

    rule = "X11"
    french = "Une proposition n'échoit qu'après le délai d'inactivité, au tour du demandeur."


class InformationNotRequested(Refusal):
    """The assessors wait for no answer to a request of this name; see the open ones."""

    french = "Les évaluateurs n'attendent pas de réponse à cette demande; voyez les ouvertes."


class NothingToReassess(Refusal):
    """Only a proposal that was found ineligible is assessed once more."""

    french = "Seule une proposition jugée inadmissible est réévaluée."


class NothingToResubmit(Refusal):
    """Only a proposal that ended without an award, or was found ineligible, is resubmitted."""

    french = "Seule une proposition close sans octroi, ou inadmissible, se soumet de nouveau."


class ProposalAlreadySubmitted(Refusal):
    """The initial version was already submitted; it is not submitted twice."""

    rule = "I-9"
    french = "La version initiale a déjà été soumise; elle ne l'est pas deux fois."


class NotYetEligible(Refusal):
    """The detailed stage opens only after the proposal was assessed as eligible."""

    rule = "I-2"
    french = "L'étape détaillée ne s'ouvre qu'après un constat d'admissibilité."


class DetailedStageAlreadyOpen(Refusal):
    """The detailed stage is already open; go on with it."""

    french = "L'étape détaillée est déjà ouverte; poursuivez."


class DetailedStageNotOpen(Refusal):
    """The detailed version is submitted in the open detailed stage, or after a return."""

    rule = "I-2"
    french = "La version détaillée se soumet à l'étape détaillée ouverte, ou après un renvoi."


class DetailedProposalIncomplete(Refusal):
    """The detailed version needs a budget, a work plan and an IP plan; `missing` says which."""

    rule = "I-8"
    french = "La version détaillée exige budget, plan de travail et plan de PI; voir `missing`."


class AlreadyAParticipant(Refusal):
    """The proposal already names this organisation."""

    french = "La proposition nomme déjà cette organisation."


class AlreadyTheLead(Refusal):
    """This organisation leads the proposal already."""

    french = "Cette organisation dirige déjà la proposition."


class NewLeadHasNotAgreed(Refusal):
    """Only a participant that confirmed its part may take over the lead; it confirms first."""

    rule = "I-1"
    french = "Seul un participant qui a confirmé sa participation peut prendre la direction."


class NotTwoParticipants(Invalid):
    """Two different participants of this proposal are held distinct; name exactly such two."""

    rule = "I-11"
    french = "On tient pour distincts deux participants différents de cette proposition."


class NotForTheApplicant(Forbidden):
    """The programme's staff does this in its own name, never on behalf of an applicant."""

    rule = "I-13"
    french = "Le personnel du programme le fait en son propre nom, jamais pour un demandeur."


class NoEndorsementToWithdraw(Refusal):
    """No executive's endorsement is on record."""

    french = "Aucun appui d'un dirigeant n'est consigné."


class LeadAlwaysParticipates(Refusal):
    """The lead takes part by leading: it confirms by submitting, and leaves by withdrawing."""

    rule = "I-10"
    french = "Le responsable participe en dirigeant : il confirme en soumettant."


class OtherContentConfirmed(Refusal):
    """That hash is not of the current content; read the proposal again and confirm what it says."""

    rule = "I-10"
    french = "Cette empreinte n'est pas celle du contenu actuel; relisez, puis confirmez."


class DeclinedParticipantStillNamed(Refusal):
    """A participant that declined is still named; remove it or invite it again."""

    rule = "I-10"
    french = "Un participant qui a décliné est encore nommé; retirez-le ou invitez-le de nouveau."


class ParticipantStillPlanned(Refusal):
    """The budget or a plan still names this participant; revise those first, see `named_in`."""

    french = "Le budget ou un plan nomme encore ce participant; révisez-les d'abord."


class NotAParticipant(Refusal):
    """The budget and the work plan name participants only; invite the party first."""

    french = "Le budget et le plan de travail ne nomment que des participants."


class BudgetLineRepeated(Invalid):
    """Two lines have the same participant, cost kind and quarter; add them up into one."""

    french = "Deux lignes ont mêmes participant, nature et trimestre; additionnez-les."


class WorkPackageRepeated(Invalid):
    """Two work packages have the same name; give each its own."""

    french = "Deux lots de travail portent le même nom; donnez à chacun le sien."


class WorkPackageEndsBeforeItStarts(Invalid):
    """A work package ends before it starts."""

    french = "Un lot de travail se termine avant de commencer."


class SectionNameUnreadable(Invalid):
    """A section is named by small letters, digits, dots, hyphens and underscores, 64 at most."""

    french = "Une section se nomme en minuscules, chiffres, points, tirets; 64 au plus."


class LimitReached(Refusal):
    """A proposal holds only so many of these; `limit` says how many."""

    french = "Une proposition n'en contient pas davantage; voir `limit`."


class NotYetHappened(Invalid):
    """What is recorded has happened: its date is not after the day of the recording."""

    french = "Ce qui est consigné a eu lieu : sa date ne suit pas le jour de la consignation."


class IpOwnerNotEligible(Refusal):
    """Neither the funder nor a government may own what the project creates."""

    rule = "I-7"
    french = "Ni le bailleur de fonds ni un gouvernement ne peut détenir la PI du projet."


class IpOwnerUnknown(Refusal):
    """An owner is a participant, or a third party given by its name."""

    rule = "I-7"
    french = "Un titulaire est un participant, ou un tiers désigné par son nom."


class IpOwnerRepeated(Invalid):
    """Two entries name the same owner; add their shares up into one."""

    rule = "I-7"
    french = "Deux entrées nomment le même titulaire; additionnez leurs parts."


class IpSharesDoNotAddUp(Refusal):
    """The shares do not add up to exactly 100 %; write them as fractions, such as 1/3."""

    rule = "I-7"
    french = "Les parts ne totalisent pas exactement 100 %; écrivez des fractions, telle 1/3."


class BenefitUnanswered(Refusal):
    """Say what others gain from the results; "none" is an answer, silence is not."""

    rule = "I-8"
    french = "Dites ce que les autres y gagnent; « aucun » est une réponse, le silence non."
