"""Every way in which membership says no, each with its rule and in both languages."""

from shared.kernel.refusals import Invalid, NotFound, Refusal, SamePerson


class OrganisationNotFound(NotFound):
    """There is no organisation of this id here, or it is not yours to know."""

    french = "Il n'y a pas d'organisation de cet identifiant, ou elle ne vous regarde pas."


class DayStillToCome(Invalid):
    """A fact is recorded once its day has come; give today or an earlier day."""

    french = "Un fait s'inscrit une fois son jour venu; donnez aujourd'hui ou un jour antérieur."


class OrganisationAlreadyRegistered(Refusal):
    """An organisation of this id is registered already."""

    rule = "X1"
    french = "Une organisation de cet identifiant est déjà inscrite."


class NameAlreadyTaken(Refusal):
    """A registered body has this name in some spelling; use it, or say why this is another."""

    rule = "I-11"
    french = (
        "Un organisme inscrit porte ce nom, autrement orthographié peut-être; "
        "servez-vous-en, ou dites pourquoi c'en est un autre."
    )


class NumberAlreadyTaken(Refusal):
    """A registered body has this business number; use it, or say why this is another."""

    rule = "I-11"
    french = (
        "Un organisme inscrit porte ce numéro d'entreprise; "
        "servez-vous-en, ou dites pourquoi c'en est un autre."
    )


class AliasOfAnother(Refusal):
    """This name stands for another registered body, so it is no alias of this one."""

    rule = "I-11"
    french = "Ce nom désigne un autre organisme inscrit; ce n'est pas un autre nom de celui-ci."


class AffiliateUnknown(Invalid):
    """The affiliate is not registered here; register it first."""

    rule = "I-11"
    french = "La société affiliée n'est pas inscrite ici; inscrivez-la d'abord."


class AffiliateOfItself(Invalid):
    """An organisation is no affiliate of itself; name the other one."""

    rule = "I-11"
    french = "Une organisation n'est pas sa propre affiliée; nommez l'autre."


class BeyondAssociate(Refusal):
    """A candidate or member is no associate: nobody has two tiers on one day."""

    rule = "M-9"
    french = "Une candidate ou un membre n'est pas associé : pas deux paliers le même jour."


class NoAssociateApplication(Refusal):
    """This organisation has not applied to be an associate by that day; it applies first."""

    rule = "M-9"
    french = "Cette organisation n'avait pas demandé à être associée; elle le demande d'abord."


class AdmitterApplied(SamePerson):
    """Another person must admit this associate: who applied for it may not."""

    french = "Une autre personne doit admettre cet associé : l'auteur de la demande ne le peut."


class NotInApprovedProject(Refusal):
    """No approved project of this id names the organisation; approval comes before candidacy."""

    rule = "M-4"
    french = "Aucun projet approuvé de cet identifiant ne nomme l'organisation."


class NoCandidacy(Refusal):
    """The organisation was no candidate by this project on that day, so it cannot apply by it."""

    rule = "M-4"
    french = "L'organisation n'était pas candidate par ce projet ce jour-là."


class AlreadyMember(Refusal):
    """The organisation is a member already; there is nothing to apply for."""

    rule = "M-9"
    french = "L'organisation est déjà membre; il n'y a rien à demander."


class ApplicationPending(Refusal):
    """The organisation has applied by another project already; one application is enough."""

    rule = "M-8"
    french = "L'organisation a déjà fait sa demande par un autre projet; une seule suffit."


class NoApplication(Refusal):
    """The organisation had not applied for membership by that day; it applies first."""

    rule = "M-8"
    french = "L'organisation n'avait pas demandé à devenir membre; elle le demande d'abord."


class AssociateOwesNoFee(Refusal):
    """An associate owes no fee, so there is none to assess."""

    rule = "M-1"
    french = "Un associé ne doit aucune cotisation; il n'y en a pas à établir."


class FeeYearAlreadyAssessed(Refusal):
    """The fee of this fee year is assessed; its class and amount stay as they are."""

    rule = "M-11"
    french = "La cotisation de cette année est établie; sa classe et son montant ne changent pas."


class SizeNotAttested(Refusal):
    """Nobody attested this firm's size for that day or before; attest it, the fee follows it."""

    rule = "M-5"
    french = "La taille de l'entreprise n'est pas attestée pour ce jour; attestez-la d'abord."


class FeeNotAssessed(Refusal):
    """No fee is assessed, so none can be paid or waived yet."""

    rule = "M-11"
    french = "Aucune cotisation n'est établie; on ne peut encore ni la payer ni en dispenser."


class FeeOverpaid(Refusal):
    """This is more than what is still owed; record what was owed and return the rest."""

    rule = "M-5"
    french = "C'est plus que ce qui reste dû; inscrivez ce qui était dû et rendez le reste."


class PaymentReferenceUsed(Refusal):
    """Another payment of this fee has this reference; each payment has its own."""

    rule = "M-11"
    french = "Un autre paiement de cette cotisation porte cette référence; à chacun la sienne."


class NothingToWaive(Refusal):
    """Nothing is owed any more, so there is nothing to waive."""

    rule = "M-10"
    french = "Plus rien n'est dû; il n'y a rien dont dispenser."


class WaiverByAssessor(SamePerson):
    """Another person must waive this fee: who assessed it may not."""

    french = "Une autre personne doit dispenser de cette cotisation : qui l'a établie ne le peut."


class SmeFeeNotBelowLarge(Invalid):
    """The fee of an SME must be below the fee of a large firm."""

    rule = "M-5"
    french = "La cotisation d'une PME doit être inférieure à celle d'une grande entreprise."


class NotAssociate(Refusal):
    """The organisation is no associate, so it cannot resign as one."""

    rule = "M-9"
    french = "L'organisation n'est pas associée; elle ne peut démissionner à ce titre."


class ControllerUnknown(Invalid):
    """The controller is not registered here; register it first, or give its name alone."""

    rule = "I-11"
    french = "L'organisme qui contrôle n'est pas inscrit; inscrivez-le, ou donnez son seul nom."


class ControllerNamedTwice(Invalid):
    """Give the controller's id where it is registered, else its name; never both, never itself."""

    rule = "I-11"
    french = "Donnez l'identifiant de qui contrôle, ou son nom; jamais les deux, jamais soi-même."


class NoOpenCandidacy(Refusal):
    """No candidacy by this project is open, so there is none to close."""

    rule = "M-4"
    french = "Aucune candidature par ce projet n'est ouverte; il n'y en a pas à clore."


class MembershipEnded(Refusal):
    """The membership is terminated, or the organisation dissolved; it does not come back."""

    rule = "M-12"
    french = "L'adhésion a pris fin, ou l'organisation est dissoute; elle ne revient pas."


class NotAMember(Refusal):
    """The organisation was no member on that day, so there is no membership to act on."""

    rule = "M-12"
    french = "L'organisation n'était pas membre ce jour-là; il n'y a pas d'adhésion."


class AlreadySuspended(Refusal):
    """The membership is suspended already on that day."""

    rule = "M-12"
    french = "L'adhésion est déjà suspendue ce jour-là."


class NotSuspended(Refusal):
    """The membership is not suspended on that day, so there is nothing to lift."""

    rule = "M-12"
    french = "L'adhésion n'est pas suspendue ce jour-là; il n'y a rien à lever."


class FeeStillOwed(Refusal):
    """A fee is owed on that day: assess it, and pay or waive it; a settled fee reinstates."""

    rule = "M-11"
    french = "Une cotisation est due ce jour-là : établissez-la, puis réglez-la ou dispensez-en."


class NoSuchFeeYear(NotFound):
    """There is no fee year of this number; they are counted from 1."""

    rule = "M-11"
    french = "Il n'y a pas d'année de cotisation de ce numéro; elles se comptent à partir de 1."


class FeeYearOutOfOrder(Refusal):
    """Fee years are assessed one after the other; an earlier one comes first."""

    rule = "M-11"
    french = "Les années de cotisation s'établissent l'une après l'autre; une autre vient d'abord."


class FeeYearOver(Refusal):
    """This fee year is over and was never assessed; nobody owes the years that he had lapsed in."""

    rule = "M-11"
    french = "Cette année est écoulée sans avoir été établie; une année échue n'est pas due."


class NothingToReverse(Refusal):
    """Nothing of this fee year is there to be taken back."""

    rule = "M-11"
    french = "Il n'y a rien à reprendre pour cette année de cotisation."


class NoSuchPayment(Refusal):
    """No payment of this fee year has this reference; take back one that is listed."""

    rule = "M-11"
    french = "Aucun paiement de cette année ne porte cette référence; reprenez-en un de la liste."


class PaymentNotNamed(Invalid):
    """A payment is taken back by its reference; an assessment as a whole, without one."""

    rule = "M-11"
    french = "Un paiement se reprend par sa référence; un établissement en entier, sans référence."


class ReversalByAssessor(SamePerson):
    """Another person must take this assessment back: who assessed the fee may not."""

    french = "Une autre personne doit reprendre cette cotisation : qui l'a établie ne le peut."


class FeeScheduleTaken(Refusal):
    """This programme already has a fee schedule of that version; versions never change."""

    rule = "X1"
    french = "Ce programme a déjà un barème de cette version; une version ne change pas."


class FeeScheduleEndsBeforeItBegins(Invalid):
    """A fee schedule ends after the day on which it begins; `effective_to` is exclusive."""

    rule = "X7"
    french = "Un barème finit après le jour où il commence; `effective_to` en est exclu."


class RollAlreadyFrozen(Refusal):
    """The voting roll of this record date is frozen; it changes no more."""

    rule = "M-2"
    french = "La liste électorale de cette date est figée; elle ne change plus."


class RollNotCalled(Refusal):
    """A voting roll is frozen once it was called; call it first."""

    rule = "M-2"
    french = "Une liste électorale est figée une fois demandée; demandez-la d'abord."


class NotInTheCommunity(Refusal):
    """Associates, candidates and members alone are in the directory and are introduced."""

    rule = "M-14"
    french = "Seuls associés, candidates et membres figurent au répertoire et sont présentés."


class NoProfile(Refusal):
    """The organisation has published no profile, so there is none to withdraw."""

    rule = "M-14"
    french = "L'organisation n'a publié aucun profil; il n'y en a pas à retirer."


class PartnerNotFound(NotFound):
    """No organisation of this id is in the directory."""

    rule = "M-14"
    french = "Aucune organisation de cet identifiant ne figure au répertoire."


class ContactNotStated(Refusal):
    """State first whom introduced partners may turn to; it waits until both sides accepted."""

    rule = "M-14"
    french = "Dites d'abord à qui s'adresser; cela attend que les deux parties aient accepté."


class ContactNotFound(NotFound):
    """No contact of this organisation is known, or it is not for you to know."""

    rule = "M-14"
    french = "Aucun contact de cette organisation n'est connu, ou vous n'avez pas à le savoir."


class NotIntroducedYet(Refusal):
    """Contacts pass once both sides accepted the introduction."""

    rule = "M-14"
    french = "Les contacts se transmettent une fois la mise en relation acceptée des deux côtés."


class IntroductionToItself(Invalid):
    """An organisation is not introduced to itself; name another one of the directory."""

    rule = "M-14"
    french = "On ne se présente pas à soi-même; nommez une autre organisation du répertoire."


class IntroductionNotFound(NotFound):
    """There is no introduction of this id, or it is not yours to know."""

    rule = "M-14"
    french = "Il n'y a pas de mise en relation de cet identifiant, ou elle ne vous regarde pas."


class IntroductionAnswered(Refusal):
    """This introduction is answered already; ask for another one."""

    rule = "M-14"
    french = "Cette mise en relation a déjà sa réponse; demandez-en une autre."


class NotYoursToAnswer(Refusal):
    """The other side answers an introduction, never the one that asked for it."""

    rule = "M-14"
    french = "L'autre partie répond à une mise en relation, jamais celle qui l'a demandée."
