"""The refusals that the web layer itself gives, before any decider is asked."""

from shared.kernel.refusals import Forbidden, Invalid, Malformed, NotFound, Refusal, Unavailable


class Unauthenticated(Refusal):
    """Who asks is not known: send a valid bearer token."""

    status = 401
    french = "On ne sait pas qui demande : envoyez un jeton valide."


class RoleMissing(Forbidden):
    """None of this person's roles may do this."""

    french = "Aucun rôle de cette personne n'y autorise."


class NotStaff(Forbidden):
    """Only staff act on behalf of an organisation; leave the header On-Behalf-Of out."""

    rule = "I-13"
    french = "Seul le personnel agit au nom d'une organisation; omettez l'en-tête On-Behalf-Of."


class NoRoute(NotFound):
    """There is no such address in this interface."""

    french = "Cette adresse n'existe pas dans cette interface."


class MethodNotAllowed(Refusal):
    """This address does not take this method; the header Allow names those it takes."""

    status = 405
    french = "Cette adresse n'accepte pas cette méthode; l'en-tête Allow nomme les autres."


class TooLarge(Refusal):
    """The body is larger than this interface reads; send less at once."""

    status = 413
    french = "Le corps dépasse ce que cette interface lit; envoyez moins à la fois."


class NotJsonType(Refusal):
    """The body must be sent as application/json in UTF-8."""

    status = 415
    french = "Le corps doit être envoyé comme application/json en UTF-8."


class BadHeader(Malformed):
    """A header is missing or cannot be read; its name is in `errors`."""

    french = "Un en-tête manque ou est illisible; son nom est dans `errors`."


class BadQuery(Malformed):
    """A query parameter is unknown, repeated or unreadable; its name is in `errors` if known."""

    french = "Un paramètre est inconnu, répété ou illisible; son nom est dans `errors` s'il existe."


class InvalidForm(Invalid):
    """The body does not fit its form: `errors` names each place, `error_count` counts all."""

    french = "Le corps ne suit pas son formulaire : `errors` nomme les endroits."


class ProjectionBehind(Unavailable):
    """This view has not yet seen the position that you named; try again shortly."""

    french = "Cette vue n'a pas encore atteint la position nommée; réessayez sous peu."


class TooManyStreams(Unavailable):
    """Too many live streams are open here; close one, or read the feed in pages."""

    french = "Trop de flux sont ouverts ici; fermez-en un, ou lisez le fil par pages."


class Unexpected(Refusal):
    """Something failed on our side; it is recorded under the trace id."""

    status = 500
    french = "Une défaillance de notre côté; elle est consignée sous l'identifiant de trace."


class Refused(Refusal):
    """The request cannot be served as it is."""

    status = 400
    french = "La demande ne peut être servie telle quelle."
