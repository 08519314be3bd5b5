"""Every way in which webchat says no: a stable code, a sentence, and whether to try again."""

from __future__ import annotations

from typing import ClassVar


class Refusal(Exception):
    """A request that was understood and is not carried out.

    *code* is stable and documented: clients translate it.  *message* is an English sentence for
    developers.  *retry_after* is in seconds; None unless trying again later can help.  *field* names the
    offending member of the request, where there is one.  *suggestions*: what may have been meant instead.
    """

    code: ClassVar[str] = "refused"
    sentence: ClassVar[str] = "The request was refused."

    def __init__(
        self,
        message: str | None = None,
        *,
        retry_after: float | None = None,
        field: str | None = None,
        suggestions: tuple[str, ...] = (),
    ) -> None:
        self.message = message or self.sentence
        self.retry_after = retry_after
        self.field = field
        self.suggestions = suggestions
        super().__init__(self.message)


class BadRequest(Refusal):
    """The request cannot be read: not JSON, an unknown field, a wrong type, a value out of bounds."""

    code = "bad_request"
    sentence = "The request is not understood."


class Unauthenticated(Refusal):
    """The caller is not signed in, or the session has ended."""

    code = "unauthenticated"
    sentence = "Sign in first."


class WrongCredentials(Refusal):
    """Name and password do not belong together (the same answer for an unknown name)."""

    code = "wrong_credentials"
    sentence = "Name and password do not match."


class Forbidden(Refusal):
    """The caller is known and may not do this."""

    code = "forbidden"
    sentence = "You may not do this."


class InsufficientScope(Forbidden):
    """The token may not be used for this (RFC 6750, section 3.1); another token of the same account may."""

    code = "insufficient_scope"
    sentence = "This token may not be used for this."


class ForeignOrigin(Refusal):
    """A browser sent the request from a page of another site."""

    code = "foreign_origin"
    sentence = "This request came from another site."


class NotFound(Refusal):
    """There is no such thing, or the caller may not know of it."""

    code = "not_found"
    sentence = "There is nothing here."


class NoSuchRoom(NotFound):
    """The room does not exist, or the caller may not know of it."""

    code = "no_such_room"
    sentence = "There is no such room."


class NoSuchMessage(NotFound):
    """The room has no message with this seq."""

    code = "no_such_message"
    sentence = "There is no such message."


class NoSuchFile(NotFound):
    """There is no such file, or the caller may not know of it; one that is posted must be hers and of no message."""

    code = "no_such_file"
    sentence = "There is no such file."


class NoSuchUser(NotFound):
    """No account has this id or name."""

    code = "no_such_user"
    sentence = "There is no such person."


class NoSuchCommand(NotFound):
    """Nobody here carries out a command of this name."""

    code = "no_such_command"
    sentence = "There is no such command."


class NotAMember(Refusal):
    """The room is public, and the caller has not joined it."""

    code = "not_a_member"
    sentence = "Join the room first."


class Banned(Refusal):
    """Somebody was banned from the room: she cannot come in, whoever lets her."""

    code = "banned"
    sentence = "Banned from this room."


class Silenced(Refusal):
    """The caller may not post for now; `retry_after` says for how long."""

    code = "silenced"
    sentence = "You may not write here for now."


class SlowMode(Refusal):
    """The room lets each member post only once in a while; `retry_after` says when she may again."""

    code = "slow_mode"
    sentence = "This room is slow: wait before you post again."


class RoomArchived(Refusal):
    """The room is archived: it can be read, nothing can be written."""

    code = "room_archived"
    sentence = "The room is archived."


class Conflict(Refusal):
    """A nonce was used for another message, or the row changed since `if_rev`."""

    code = "conflict"
    sentence = "This was changed or sent before with other content."


class NameTaken(Refusal):
    """Another account has this name, or one that looks like it."""

    code = "name_taken"
    sentence = "This name is taken."


class BadName(Refusal):
    """The name breaks a rule of names."""

    code = "bad_name"
    sentence = "A name has 2 to 32 letters, digits, '.', '_' or '-', in one script."


class BadEmail(Refusal):
    """This is not an e-mail address."""

    code = "bad_email"
    sentence = "This is not an e-mail address."


class BadText(Refusal):
    """A title, topic or display name is empty or holds characters it must not."""

    code = "bad_text"
    sentence = "This text is empty or holds characters that cannot be shown."


class EmptyText(Refusal):
    """A message without a visible character."""

    code = "empty_text"
    sentence = "A message needs at least one visible character."


class TextTooLong(Refusal):
    """A text above its limit, which the message names."""

    code = "text_too_long"
    sentence = "The text is too long."


class WeakPassword(Refusal):
    """A password that is too short, too long, or among the commonest."""

    code = "weak_password"
    sentence = "The password must have 8 to 128 characters and not be a common one."


class BadPicture(Refusal):
    """This is no picture that can be shown, or one with too many pixels."""

    code = "bad_picture"
    sentence = "Send a PNG, JPEG, GIF or WebP picture of at most 40 megapixels."


class BadFile(Refusal):
    """A file of a kind that this server does not take."""

    code = "bad_file"
    sentence = "Files of this kind are not taken here."


class QuotaExceeded(Refusal):
    """All that one person may keep here is used up."""

    code = "quota_exceeded"
    sentence = "There is no room left for more of your files."


class BadRange(Refusal):
    """A part of a file was asked for that it does not have."""

    code = "bad_range"
    sentence = "The file does not have this part."


class RegistrationClosed(Refusal):
    """The operator lets nobody register."""

    code = "registration_closed"
    sentence = "Registration is closed."


class BadInvitation(Refusal):
    """The invitation code is unknown, expired or used up, or one is needed and missing."""

    code = "bad_invitation"
    sentence = "A valid invitation is needed."


class BadSetupCode(Refusal):
    """The one-time set-up code is wrong or has expired."""

    code = "bad_setup_code"
    sentence = "The set-up code is wrong or has expired."


class BadResetCode(Refusal):
    """The code for a new password is wrong, used or expired."""

    code = "bad_reset_code"
    sentence = "The link for a new password is wrong, used or too old."


class AlreadySetUp(Refusal):
    """The server has an owner already."""

    code = "already_set_up"
    sentence = "This server has been set up already."


class RateLimited(Refusal):
    """Too many requests of this kind; `retry_after` says when to go on.

    *per_minute*: how many are taken in the long run, where that is a fixed number.
    """

    code = "rate_limited"
    sentence = "Too many requests."
    per_minute: float | None = None


class TooMany(Refusal):
    """A limit on how many of something somebody may have (tokens, invitations, connections, rooms)."""

    code = "too_many"
    sentence = "You have too many of these."


class TooLarge(Refusal):
    """A request body above its limit."""

    code = "too_large"
    sentence = "The request is too large."


class TooSlow(Refusal):
    """A request that did not arrive in time."""

    code = "too_slow"
    sentence = "The request took too long to arrive."


class UnsupportedMediaType(Refusal):
    """A body that is not application/json."""

    code = "unsupported_media_type"
    sentence = "Send application/json."


class MethodNotAllowed(Refusal):
    """The path exists, not with this method."""

    code = "method_not_allowed"
    sentence = "This method is not allowed here."


class SyncTooLarge(Refusal):
    """More has changed than one answer holds: load the newest page instead (the socket says `reset`)."""

    code = "reset"
    sentence = "Too much has changed; load the newest page."


class Busy(Refusal):
    """A bounded queue is full; nothing was done."""

    code = "busy"
    sentence = "The server is busy."


class Unavailable(Refusal):
    """The database cannot be used; nothing was done."""

    code = "unavailable"
    sentence = "The server cannot do this now."


class Retry(Refusal):
    """The outcome of a commit is unknown: send the same request, with the same nonce, again."""

    code = "retry"
    sentence = "It is not known whether this was done; send the same request again."


class Internal(Refusal):
    """A bug: logged with the incident id that the message names."""

    code = "internal"
    sentence = "Something went wrong on the server."


CATALOGUE: dict[str, type[Refusal]] = {}
"""Every code with its class, for the documentation and the tests."""


def _collect(kind: type[Refusal]) -> None:
    CATALOGUE[kind.code] = kind
    for child in kind.__subclasses__():
        _collect(child)


for _kind in Refusal.__subclasses__():
    _collect(_kind)


TRANSIENT = (SlowMode, RateLimited, Busy, Unavailable, Retry)
"""Those after which the same, a little later, may be done."""
