"""Accounts as the doors know them: sessions, registration, credentials, profiles and invitations under one name."""

from __future__ import annotations

from collections.abc import Callable

from webchat.chat.credentials import Credentials
from webchat.chat.founding import Founding
from webchat.chat.invitations import Invitations
from webchat.chat.log import RoomLog
from webchat.chat.passwords import Passwords
from webchat.chat.profiles import Profiles
from webchat.chat.registration import Registration
from webchat.chat.sessions import SessionLife, Sessions
from webchat.chat.settings import ServerSettings
from webchat.live.hub import Hub
from webchat.live.limits import Buckets, Throttle
from webchat.live.sessions import SessionCache
from webchat.model.ids import Millis, RoomId
from webchat.store.database import Database


class Accounts:
    """What can be done with accounts; each part of it stands in a module of its own."""

    def __init__(
        self,
        log: RoomLog,
        database: Database,
        hub: Hub,
        cache: SessionCache,
        passwords: Passwords,
        now: Callable[[], Millis],
        token_bytes: Callable[[int], bytes],
        settings: ServerSettings,
        life: SessionLife,
        failures: Throttle,
        failures_by_address: Throttle,
        changes: Buckets,
        strangers: Buckets,
        newcomers: Buckets,
    ) -> None:
        sessions = Sessions(database, hub, cache, now, token_bytes, life, changes, strangers)
        self.authenticate = sessions.authenticate
        self.recognise = sessions.recognise
        self.knows = sessions.knows
        self.sessions = sessions.of
        self.new_session = sessions.new_session
        self.new_token = sessions.new_token
        self.make_token = sessions.make_token
        self.revoke = sessions.revoke
        self.revoke_others = sessions.revoke_others
        self.sign_out = sessions.sign_out
        self.end = sessions.end
        self.keep_seen = sessions.keep_seen

        founding = Founding(log, database, passwords, sessions, settings, now, token_bytes, failures_by_address)
        self.founding = founding
        self.load = founding.load
        self.notice_owner = founding.notice_owner
        self.open_set_up = founding.open_set_up
        self.set_up = founding.set_up

        registration = Registration(
            log,
            database,
            hub,
            cache,
            passwords,
            sessions,
            founding,
            settings,
            now,
            token_bytes,
            failures_by_address,
            changes,
            newcomers,
        )
        self.register = registration.register
        self.let_guest_in = registration.let_guest_in
        self.register_guest = registration.register_guest
        self.add_user = registration.add_user

        credentials = Credentials(database, passwords, sessions, now, failures, failures_by_address)
        self.sign_in = credentials.sign_in
        self.confirm = credentials.confirm
        self.change_password = credentials.change_password
        self.set_password = credentials.set_password

        self.profiles = Profiles(database, hub, cache, changes)
        self.edit_profile = self.profiles.edit
        self.users = self.profiles.cards

        invitations = Invitations(database, now, token_bytes)
        self.make_invite = invitations.make
        self.invites = invitations.usable
        self.revoke_invite = invitations.revoke

    @property
    def has_owner(self) -> bool:
        """Whether the server is set up."""
        return self.founding.has_owner

    @property
    def lobby(self) -> RoomId | None:
        """The room that newcomers are members of."""
        return self.founding.lobby
