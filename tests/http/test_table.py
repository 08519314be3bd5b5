"""Who may call what: every route times everybody, and what each route does with nonsense."""

from __future__ import annotations

import base64
import re
from itertools import count
from typing import Any

import msgspec
from twisted.trial.unittest import SynchronousTestCase

from tests.http.scene import PASSWORD, START, Scene, SceneCase
from tests.http.wire import Answer, Client, public_settings
from webchat.http.route import Route
from webchat.http.server import Probes
from webchat.http.table import ROUTES, all_routes

WHO = ("anonymous", "outsider", "ex-member", "member", "moderator", "room owner", "admin", "owner", "disabled",
       "guest")  # fmt: skip
NAMES = dict(zip(WHO, (None, "otto", "xenia", "mei", "mona", "olga", "adele", "rosa", "dora", "gus"), strict=True))

# For each route what it answers to whom, in the order of WHO; the session 6 and the token made first are mei's, who is
# the member and wrote message 1.
EXPECTED: dict[str, tuple[int, ...]] = {
    "GET /api/v1/server":                             (200, 200, 200, 200, 200, 200, 200, 200, 200, 200),
    "POST /api/v1/setup":                             (409, 409, 409, 409, 409, 409, 409, 409, 409, 409),
    "POST /api/v1/register":                          (201, 201, 201, 201, 201, 201, 201, 201, 201, 201),
    "POST /api/v1/session":                           (200, 200, 200, 200, 200, 200, 200, 200, 200, 200),
    "GET /api/v1/session":                            (401, 200, 200, 200, 200, 200, 200, 200, 401, 200),
    "DELETE /api/v1/session":                         (401, 204, 204, 204, 204, 204, 204, 204, 401, 204),
    "POST /api/v1/password":                          (401, 204, 204, 204, 204, 204, 204, 204, 401, 204),
    "GET /api/v1/sessions":                           (401, 200, 200, 200, 200, 200, 200, 200, 401, 200),
    "DELETE /api/v1/sessions":                        (401, 204, 204, 204, 204, 204, 204, 204, 401, 204),
    "DELETE /api/v1/sessions/{id}":                   (401, 404, 404, 204, 404, 404, 404, 404, 401, 404),
    "GET /api/v1/tokens":                             (401, 200, 200, 200, 200, 200, 200, 200, 401, 200),
    "POST /api/v1/tokens":                            (401, 201, 201, 201, 201, 201, 201, 201, 401, 403),
    "DELETE /api/v1/tokens/{id}":                     (401, 404, 404, 204, 404, 404, 404, 404, 401, 404),
    "GET /api/v1/people":                             (401, 200, 200, 200, 200, 200, 200, 200, 401, 403),
    "GET /api/v1/people/active":                      (401, 200, 200, 200, 200, 200, 200, 200, 401, 403),
    "GET /api/v1/people/featured":                    (401, 200, 200, 200, 200, 200, 200, 200, 401, 403),
    "GET /api/v1/people/{id}":                        (401, 200, 200, 200, 200, 200, 200, 200, 401, 200),
    "GET /api/v1/contacts":                           (401, 200, 200, 200, 200, 200, 200, 200, 401, 200),
    "POST /api/v1/contacts":                          (401, 201, 201, 400, 201, 201, 201, 201, 401, 403),
    "PUT /api/v1/contacts/{id}":                      (401, 404, 404, 404, 404, 404, 404, 404, 401, 404),
    "DELETE /api/v1/contacts/{id}":                   (401, 404, 404, 404, 404, 404, 404, 404, 401, 404),
    "GET /api/v1/blocks":                             (401, 200, 200, 200, 200, 200, 200, 200, 401, 200),
    "PUT /api/v1/blocks/{id}":                        (401, 204, 204, 400, 204, 204, 204, 204, 401, 204),
    "DELETE /api/v1/blocks/{id}":                     (401, 204, 204, 400, 204, 204, 204, 204, 401, 204),
    "GET /api/v1/pictures/{picture}/{size}":          (401, 404, 404, 404, 404, 404, 404, 404, 401, 404),
    "PUT /api/v1/me/avatar":                          (401, 200, 200, 200, 200, 200, 200, 200, 401, 200),
    "DELETE /api/v1/me/avatar":                       (401, 200, 200, 200, 200, 200, 200, 200, 401, 200),
    "PUT /api/v1/rooms/{room}/picture":               (401, 403, 403, 403, 200, 200, 200, 200, 401, 403),
    "DELETE /api/v1/rooms/{room}/picture":            (401, 403, 403, 403, 200, 200, 200, 200, 401, 403),
    "GET /api/v1/me/preferences":                     (401, 200, 200, 200, 200, 200, 200, 200, 401, 200),
    "PATCH /api/v1/me/preferences":                   (401, 200, 200, 200, 200, 200, 200, 200, 401, 200),
    "GET /api/v1/me/export":                          (401, 200, 200, 200, 200, 200, 200, 200, 401, 200),
    "POST /api/v1/me/delete":                         (401, 204, 204, 204, 204, 204, 204, 403, 401, 204),
    "PATCH /api/v1/me":                               (401, 200, 200, 200, 200, 200, 200, 200, 401, 200),
    "GET /api/v1/users":                              (401, 200, 200, 200, 200, 200, 200, 200, 401, 200),
    "GET /api/v1/users/{id}":                         (401, 200, 200, 200, 200, 200, 200, 200, 401, 200),
    "GET /api/v1/invites":                            (401, 403, 403, 403, 403, 403, 200, 200, 401, 403),
    "POST /api/v1/invites":                           (401, 403, 403, 403, 403, 403, 201, 201, 401, 403),
    "DELETE /api/v1/invites/{id}":                    (401, 403, 403, 403, 403, 403, 204, 204, 401, 403),
    "GET /api/v1/rooms":                              (401, 200, 200, 200, 200, 200, 200, 200, 401, 200),
    "POST /api/v1/rooms":                             (401, 201, 201, 201, 201, 201, 201, 201, 401, 403),
    "GET /api/v1/me/rooms":                           (401, 200, 200, 200, 200, 200, 200, 200, 401, 200),
    "GET /api/v1/rooms/{room}":                       (401, 403, 403, 200, 200, 200, 200, 200, 401, 200),
    "PATCH /api/v1/rooms/{room}":                     (401, 403, 403, 403, 200, 200, 200, 200, 401, 403),
    "PUT /api/v1/rooms/{room}/archived":              (401, 403, 403, 403, 403, 200, 200, 200, 401, 403),
    "POST /api/v1/rooms/{room}/delete":               (401, 403, 403, 403, 403, 200, 200, 200, 401, 403),
    "POST /api/v1/rooms/{room}/join":                 (401, 200, 200, 200, 200, 200, 200, 200, 401, 200),
    "POST /api/v1/rooms/{room}/leave":                (401, 403, 403, 200, 200, 200, 200, 200, 401, 200),
    "GET /api/v1/rooms/{room}/members":               (401, 403, 403, 200, 200, 200, 200, 200, 401, 200),
    "POST /api/v1/rooms/{room}/members":              (401, 403, 403, 200, 200, 200, 200, 200, 401, 403),
    "DELETE /api/v1/rooms/{room}/members/{id}":       (401, 403, 403, 403, 200, 200, 200, 200, 401, 403),
    "PUT /api/v1/rooms/{room}/members/{id}/role":     (401, 403, 403, 403, 403, 200, 200, 200, 401, 403),
    "PUT /api/v1/rooms/{room}/members/{id}/silenced": (401, 403, 403, 403, 200, 200, 200, 200, 401, 403),
    "GET /api/v1/rooms/{room}/bans":                  (401, 403, 403, 403, 200, 200, 200, 200, 401, 403),
    "PUT /api/v1/rooms/{room}/bans/{id}":             (401, 403, 403, 403, 204, 204, 204, 204, 401, 403),
    "DELETE /api/v1/rooms/{room}/bans/{id}":          (401, 403, 403, 403, 204, 204, 204, 204, 401, 403),
    "POST /api/v1/rooms/{room}/links":                (401, 403, 403, 201, 201, 201, 201, 201, 401, 403),
    "GET /api/v1/rooms/{room}/links":                 (401, 403, 403, 200, 200, 200, 200, 200, 401, 200),
    "DELETE /api/v1/rooms/{room}/links/{id}":         (401, 403, 403, 403, 204, 204, 204, 204, 401, 403),
    "GET /api/v1/rooms/{room}/hooks":                 (401, 403, 403, 403, 200, 200, 200, 200, 401, 403),
    "POST /api/v1/rooms/{room}/hooks/incoming":       (401, 403, 403, 403, 201, 201, 201, 201, 401, 403),
    "POST /api/v1/rooms/{room}/hooks/outgoing":       (401, 403, 403, 403, 201, 201, 201, 201, 401, 403),
    "PATCH /api/v1/rooms/{room}/hooks/{id}":          (401, 403, 403, 403, 200, 200, 200, 200, 401, 403),
    "POST /api/v1/rooms/{room}/hooks/{id}/secret":    (401, 403, 403, 403, 200, 200, 200, 200, 401, 403),
    "POST /api/v1/rooms/{room}/hooks/{id}/test":      (401, 403, 403, 403, 204, 204, 204, 204, 401, 403),
    "DELETE /api/v1/rooms/{room}/hooks/{id}":         (401, 403, 403, 403, 204, 204, 204, 204, 401, 403),
    "POST /api/v1/hooks/{id}/{secret}":               (404, 404, 404, 404, 404, 404, 404, 404, 404, 404),
    "POST /api/v1/invitations/look":                  (403, 403, 403, 403, 403, 403, 403, 403, 403, 403),
    "POST /api/v1/invitations/use":                   (401, 403, 403, 403, 403, 403, 403, 403, 401, 403),
    "POST /api/v1/directs":                           (401, 201, 201, 201, 201, 201, 201, 201, 401, 403),
    "GET /api/v1/rooms/{room}/messages":              (401, 403, 403, 200, 200, 200, 200, 200, 401, 200),
    "POST /api/v1/rooms/{room}/messages":             (401, 403, 403, 201, 201, 201, 201, 201, 401, 201),
    "POST /api/v1/rooms/{room}/commands":             (401, 403, 403, 200, 200, 200, 200, 200, 401, 200),
    "GET /api/v1/commands":                           (401, 403, 403, 200, 200, 200, 200, 200, 401, 200),
    "PUT /api/v1/commands":                           (401, 403, 403, 403, 403, 403, 403, 403, 401, 403),
    "DELETE /api/v1/commands/{id}":                   (401, 404, 404, 204, 404, 404, 204, 204, 401, 404),
    "POST /api/v1/commands/replies":                  (401, 403, 403, 403, 403, 403, 403, 403, 401, 403),
    "GET /api/v1/bots/{id}/commands":                 (401, 404, 404, 200, 404, 404, 200, 200, 401, 404),
    "PATCH /api/v1/rooms/{room}/messages/{seq}":      (401, 403, 403, 200, 403, 403, 403, 403, 401, 403),
    "DELETE /api/v1/rooms/{room}/messages/{seq}":     (401, 403, 403, 200, 200, 200, 200, 200, 401, 403),
    "GET /api/v1/rooms/{room}/messages/{seq}":        (401, 403, 403, 200, 200, 200, 200, 200, 401, 200),
    "GET /api/v1/rooms/{room}/messages/{seq}/revisions": (401, 403, 403, 200, 200, 200, 200, 200, 401, 403),
    "GET /api/v1/rooms/{room}/threads":               (401, 403, 403, 200, 200, 200, 200, 200, 401, 200),
    "GET /api/v1/rooms/{room}/threads/{seq}":         (401, 403, 403, 200, 200, 200, 200, 200, 401, 200),
    "DELETE /api/v1/rooms/{room}/messages/{seq}/previews":
                                                      (401, 403, 403, 200, 200, 200, 200, 200, 401, 403),
    "POST /api/v1/rooms/{room}/messages/{seq}/stop": (401, 403, 403, 403, 403, 403, 403, 403, 401, 403),
    "PUT /api/v1/rooms/{room}/read":                  (401, 403, 403, 200, 200, 200, 200, 200, 401, 200),
    "PUT /api/v1/rooms/{room}/level":                 (401, 403, 403, 200, 200, 200, 200, 200, 401, 200),
    "GET /api/v1/rooms/{room}/present":               (401, 403, 403, 200, 200, 200, 200, 200, 401, 200),
    "POST /api/v1/me/read-all":                       (401, 200, 200, 200, 200, 200, 200, 200, 401, 200),
    "GET /api/v1/rooms/{room}/messages/{seq}/reactions/{emoji}":(401, 403, 403, 200, 200, 200, 200, 200, 401, 200),
    "PUT /api/v1/rooms/{room}/messages/{seq}/reactions/{emoji}":(401, 403, 403, 200, 200, 200, 200, 200, 401, 200),
    "DELETE /api/v1/rooms/{room}/messages/{seq}/reactions/{emoji}":(401, 403, 403, 200, 200, 200, 200, 200, 401, 200),
    "PUT /api/v1/rooms/{room}/messages/{seq}/pin":     (401, 403, 403, 403, 200, 200, 200, 200, 401, 403),
    "DELETE /api/v1/rooms/{room}/messages/{seq}/pin":  (401, 403, 403, 403, 200, 200, 200, 200, 401, 403),
    "GET /api/v1/rooms/{room}/pins":                   (401, 403, 403, 200, 200, 200, 200, 200, 401, 200),
    "GET /api/v1/me/mentions":                         (401, 200, 200, 200, 200, 200, 200, 200, 401, 200),
    "PUT /api/v1/rooms/{room}/unread":                 (401, 403, 403, 200, 200, 200, 200, 200, 401, 200),
    "GET /api/v1/rooms/{room}/changes":               (401, 403, 403, 200, 200, 200, 200, 200, 401, 200),
    "POST /api/v1/rooms/{room}/files":                (401, 403, 403, 201, 201, 201, 201, 201, 401, 201),
    "GET /api/v1/rooms/{room}/files":                 (401, 403, 403, 200, 200, 200, 200, 200, 401, 200),
    "GET /api/v1/files/{file}":                       (401, 404, 404, 200, 200, 200, 200, 200, 401, 200),
    "GET /api/v1/files/{file}/thumb":                 (401, 404, 404, 200, 200, 200, 200, 200, 401, 200),
    "DELETE /api/v1/files/{file}":                    (401, 404, 404, 204, 404, 404, 404, 404, 401, 404),
    "GET /api/v1/search":                              (401, 403, 403, 200, 200, 200, 200, 200, 401, 200),
    "GET /api/v1/terms":                              (200, 200, 200, 200, 200, 200, 200, 200, 200, 200),
    "POST /api/v1/session/guest":                     (201, 201, 201, 201, 201, 201, 201, 201, 201, 201),
    "POST /api/v1/me/register":                       (401, 403, 403, 403, 403, 403, 403, 403, 401, 200),
    "POST /api/v1/reset":                             (403, 403, 403, 403, 403, 403, 403, 403, 403, 403),
    "GET /api/v1/push/key":                         (401, 200, 200, 200, 200, 200, 200, 200, 401, 200),
    "PUT /api/v1/push":                             (401, 204, 204, 204, 204, 204, 204, 204, 401, 204),
    "DELETE /api/v1/push":                          (401, 204, 204, 204, 204, 204, 204, 204, 401, 204),
    "POST /api/v1/reports":                           (401, 403, 403, 400, 201, 201, 201, 201, 401, 201),
    "GET /api/v1/reports":                            (401, 403, 403, 403, 200, 200, 200, 200, 401, 403),
    "PUT /api/v1/reports/{id}":                       (401, 404, 404, 404, 204, 204, 204, 204, 401, 404),
    "GET /api/v1/announcements":                      (401, 200, 200, 200, 200, 200, 200, 200, 401, 200),
    "POST /api/v1/announcements":                     (401, 403, 403, 403, 403, 403, 201, 201, 401, 403),
    "PATCH /api/v1/announcements/{id}":               (401, 403, 403, 403, 403, 403, 200, 200, 401, 403),
    "DELETE /api/v1/announcements/{id}":              (401, 403, 403, 403, 403, 403, 204, 204, 401, 403),
    "PUT /api/v1/announcements/{id}/dismissed":       (401, 204, 204, 204, 204, 204, 204, 204, 401, 204),
    "GET /api/v1/admin/overview":                     (401, 403, 403, 403, 403, 403, 200, 200, 401, 403),
    "GET /api/v1/admin/users":                        (401, 403, 403, 403, 403, 403, 200, 200, 401, 403),
    "PUT /api/v1/admin/users/disabled":               (401, 403, 403, 403, 403, 403, 200, 200, 401, 403),
    "GET /api/v1/admin/users/{id}":                   (401, 403, 403, 403, 403, 403, 200, 200, 401, 403),
    "PUT /api/v1/admin/users/{id}/disabled":          (401, 403, 403, 403, 403, 403, 204, 204, 401, 403),
    "PUT /api/v1/admin/users/{id}/silenced":          (401, 403, 403, 403, 403, 403, 200, 200, 401, 403),
    "PUT /api/v1/admin/users/{id}/featured":          (401, 403, 403, 403, 403, 403, 204, 204, 401, 403),
    "PUT /api/v1/admin/users/{id}/role":              (401, 403, 403, 403, 403, 403, 403, 204, 401, 403),
    "DELETE /api/v1/admin/users/{id}/sessions":       (401, 403, 403, 403, 403, 403, 204, 204, 401, 403),
    "POST /api/v1/admin/users/{id}/reset":            (401, 403, 403, 403, 403, 403, 201, 201, 401, 403),
    "GET /api/v1/admin/rooms":                        (401, 403, 403, 403, 403, 403, 200, 200, 401, 403),
    "PUT /api/v1/admin/rooms/{id}/archived":          (401, 403, 403, 403, 403, 403, 200, 200, 401, 403),
    "POST /api/v1/admin/rooms/{id}/delete":           (401, 403, 403, 403, 403, 403, 200, 200, 401, 403),
    "GET /api/v1/admin/audit":                        (401, 403, 403, 403, 403, 403, 200, 200, 401, 403),
    "GET /api/v1/admin/settings":                     (401, 403, 403, 403, 403, 403, 200, 200, 401, 403),
    "PATCH /api/v1/admin/settings":                   (401, 403, 403, 403, 403, 403, 200, 200, 401, 403),
    "GET /api/v1/rooms/{room}/export":                (401, 403, 403, 403, 403, 200, 200, 200, 401, 403),
    "POST /api/v1/admin/imports":                     (401, 403, 403, 403, 403, 403, 400, 400, 401, 403),
    "GET /api/v1/rooms/{room}/audit":                 (401, 403, 403, 403, 200, 200, 200, 200, 401, 403),
    "GET /api/v1/bots":                                (401, 200, 200, 200, 200, 200, 200, 200, 401, 200),
    "POST /api/v1/bots":                               (401, 403, 403, 403, 403, 403, 201, 201, 401, 403),
    "GET /api/v1/admin/bots":                          (401, 403, 403, 403, 403, 403, 200, 200, 401, 403),
    "GET /api/v1/bots/{id}":                           (401, 403, 403, 403, 403, 403, 200, 200, 401, 403),
    "PATCH /api/v1/bots/{id}":                         (401, 403, 403, 403, 403, 403, 200, 200, 401, 403),
    "DELETE /api/v1/bots/{id}":                        (401, 403, 403, 403, 403, 403, 204, 204, 401, 403),
    "PUT /api/v1/bots/{id}/picture":                   (401, 403, 403, 403, 403, 403, 200, 200, 401, 403),
    "DELETE /api/v1/bots/{id}/picture":                (401, 403, 403, 403, 403, 403, 200, 200, 401, 403),
    "GET /api/v1/bots/{id}/tokens":                    (401, 403, 403, 403, 403, 403, 200, 200, 401, 403),
    "POST /api/v1/bots/{id}/tokens":                   (401, 403, 403, 403, 403, 403, 201, 201, 401, 403),
    "DELETE /api/v1/bots/{id}/tokens/{token}":         (401, 403, 403, 403, 403, 403, 204, 204, 401, 403),
    "POST /api/v1/bots/{id}/tokens/{token}/rotate":    (401, 403, 403, 403, 403, 403, 201, 201, 401, 403),
    "GET /healthz":                                   (200, 200, 200, 200, 200, 200, 200, 200, 200, 200),
    "GET /readyz":                                    (200, 200, 200, 200, 200, 200, 200, 200, 200, 200),
    "GET /metrics":                                   (404, 404, 404, 404, 404, 404, 404, 404, 404, 404),
    "GET /api/v1/openapi.json":                       (200, 200, 200, 200, 200, 200, 200, 200, 200, 200),
}  # fmt: skip

BODIES: dict[str, dict[str, Any]] = {
    "POST /api/v1/setup": {
        "code": "none",
        "name": "nina",
        "display_name": "Nina",
        "password": PASSWORD,
        "room_title": "Hall",
        "server_title": "Ours",
    },
    "POST /api/v1/register": {
        "name": "nina",
        "display_name": "Nina",
        "password": PASSWORD,
        "email": "n@example.com",
        "invitation": "none",
    },
    "POST /api/v1/session": {"login": "mei", "password": PASSWORD},
    "POST /api/v1/password": {"current": PASSWORD, "new": "another horse battery"},
    "POST /api/v1/tokens": {"label": "a program", "days": 3, "scopes": ["read"]},
    "PATCH /api/v1/me": {
        "display_name": "Somebody else",
        "email": "x@example.com",
        "about": "Grows pears",
        "locale": "zh-CN",
        "status": "busy",
    },
    "POST /api/v1/contacts": {"user": 5, "note": "We met in the garden"},
    "PATCH /api/v1/me/preferences": {"changes": {"theme": "dark"}},
    "POST /api/v1/me/delete": {"password": PASSWORD},
    "POST /api/v1/invites": {"days": 3, "uses": 2},
    "POST /api/v1/rooms": {"title": "Kitchen", "topic": "cooking", "kind": "private"},
    "PATCH /api/v1/rooms/{room}": {
        "title": "Orchard",
        "topic": "apples",
        "posting": "moderators",
        "inviting": "moderators",
        "slow": 5,
        "kind": "public",
        "mentioning": "moderators",
        "retention": None,
        "if_rev": 1,
    },
    "PUT /api/v1/rooms/{room}/archived": {"archived": True},
    "POST /api/v1/rooms/{room}/delete": {"confirm": "Garden"},
    "POST /api/v1/rooms/{room}/members": {"users": [6]},
    "PUT /api/v1/rooms/{room}/members/{id}/role": {"role": "moderator"},
    "PUT /api/v1/rooms/{room}/members/{id}/silenced": {"until": START + 3_600_000},
    "PUT /api/v1/rooms/{room}/bans/{id}": {"reason": "spam", "until": START + 3_600_000},
    "POST /api/v1/rooms/{room}/links": {"days": 3, "uses": 2},
    "POST /api/v1/rooms/{room}/hooks/incoming": {"label": "Build"},
    "POST /api/v1/rooms/{room}/hooks/outgoing": {
        "label": "Build",
        "url": "https://ci.example/hook",
        "events": ["message.posted", "member.left"],
        "word": "!build",
        "bots": True,
    },
    "PATCH /api/v1/rooms/{room}/hooks/{id}": {
        "label": "Build",
        "url": "https://ci.example/hook",
        "events": ["message.posted"],
        "word": "!build",
        "bots": False,
        "resting": False,
    },
    "POST /api/v1/invitations/look": {"code": "none"},
    "POST /api/v1/invitations/use": {"code": "none"},
    "POST /api/v1/directs": {"users": [5, 6]},
    "POST /api/v1/rooms/{room}/messages": {"text": "hi", "nonce": "x1", "files": []},
    "POST /api/v1/rooms/{room}/commands": {"text": "/who", "nonce": "x2", "language": "zh-CN"},
    "PUT /api/v1/commands": {
        "name": "weather",
        "hint": "[city]",
        "description": "Tells it",
        "url": "https://a.example",
    },
    "POST /api/v1/commands/replies": {"token": "0" * 32, "text": "Rain", "to": "caller"},
    "PATCH /api/v1/rooms/{room}/messages/{seq}": {"text": "one, edited", "if_rev": 9},
    "PUT /api/v1/rooms/{room}/read": {"seq": 2},
    "PUT /api/v1/rooms/{room}/level": {"level": "mentions", "muted": 5},
    "PUT /api/v1/rooms/{room}/unread": {"seq": 1},
    "POST /api/v1/session/guest": {"display_name": "Gustav"},
    "POST /api/v1/me/register": {
        "name": "gustav",
        "display_name": "Gustav",
        "password": PASSWORD,
        "email": "g@example.com",
        "invitation": "none",
    },
    "POST /api/v1/reset": {"code": "5-none", "password": PASSWORD},
    "PUT /api/v1/push": {
        "endpoint": "https://fcm.googleapis.com/x",
        "p256dh": "B" + "A" * 86,
        "auth": "A" * 22,
    },
    "POST /api/v1/reports": {"room": 2, "seq": 1, "user": None, "reason": "spam"},
    "PUT /api/v1/reports/{id}": {"outcome": "dismissed", "minutes": None, "reason": "no harm"},
    "POST /api/v1/announcements": {"text": "Tea at three", "link": "/rooms/1"},
    "PATCH /api/v1/announcements/{id}": {"text": "Tea at four", "link": "/rooms/2"},
    "PUT /api/v1/announcements/{id}/dismissed": {"version": 1},
    "POST /api/v1/bots": {"name": "weather", "display_name": "Weather", "about": "Looks out of the window"},
    "PATCH /api/v1/bots/{id}": {"display_name": "Wetter", "about": "Looks inside", "stopped": True},
    "POST /api/v1/bots/{id}/tokens": {"label": "a program", "scopes": ["read"], "days": 3},
    "PUT /api/v1/admin/users/disabled": {"ids": [5, 6], "disabled": True, "reason": "spam"},
    "PUT /api/v1/admin/users/{id}/disabled": {"disabled": True, "reason": "spam"},
    "PUT /api/v1/admin/users/{id}/silenced": {"minutes": 5, "reason": "spam"},
    "PUT /api/v1/admin/users/{id}/featured": {"featured": True},
    "PUT /api/v1/admin/users/{id}/role": {"role": "admin"},
    "PUT /api/v1/admin/rooms/{id}/archived": {"archived": True},
    "POST /api/v1/admin/rooms/{id}/delete": {"confirm": "Garden"},
    "PATCH /api/v1/admin/settings": {
        "title": "Tea house",
        "registration": "open",
        "guests": True,
        "creating": "all",
        "previews": True,
        "webhooks": True,
        "bots": "all",
        "terms": "Be kind.",
        "retention": 30,
    },
}

# A picture of one pixel, for the routes that take bytes.
DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)

QUERIES = {
    "GET /api/v1/search": "?q=one&in=2&from=mei&has=link&before=9&limit=10",
    "GET /api/v1/people": "?search=me&limit=10",
    "GET /api/v1/contacts": "?after=1&limit=10",
    "GET /api/v1/blocks": "?after=1&limit=10",
    "GET /api/v1/users": "?id=1&id=5&id=99",
    "GET /api/v1/rooms": "?search=a&limit=10",
    "GET /api/v1/rooms/{room}/members": "?search=m&limit=10",
    "GET /api/v1/rooms/{room}/bans": "?limit=10",
    "GET /api/v1/rooms/{room}/messages": "?before=3&limit=10",
    "GET /api/v1/rooms/{room}/changes": "?rev=1",
    "GET /api/v1/commands": "?room=2&language=zh-CN&after=me&limit=10",
    "GET /api/v1/rooms/{room}/threads": "?limit=10",
    "GET /api/v1/rooms/{room}/threads/{seq}": "?before=9&limit=10",
    "GET /api/v1/rooms/{room}/messages/{seq}/reactions/{emoji}": "?after=0&limit=10",
    "GET /api/v1/rooms/{room}/pins": "?limit=10",
    "GET /api/v1/me/mentions": "?limit=10",
    "GET /api/v1/rooms/{room}/present": "?id=5&id=99&limit=10",
    "GET /api/v1/rooms/{room}/export": "?format=html&language=zh-CN",
    "GET /api/v1/rooms/{room}/audit": "?before=9&limit=10",
    "POST /api/v1/rooms/{room}/files": "?name=dot.png",
    "GET /api/v1/rooms/{room}/files": "?kind=media&limit=10",
    "GET /api/v1/reports": "?state=open&limit=10",
    "GET /api/v1/announcements": "?before=9&limit=10",
    "GET /api/v1/admin/bots": "?before=9&limit=10",
    "GET /api/v1/admin/users": "?search=mei&role=member&state=active&limit=10",
    "GET /api/v1/admin/rooms": "?search=a&private=false&limit=10",
    "GET /api/v1/admin/audit": "?before=9&room=2&user=5&limit=10",
}

THUMB = "%F0%9F%91%8D"

WRONG = (None, True, False, 0, -1, 1.5, 2**53 + 1, 2**64, "x", [], ["x"], {}, {"$ne": None}, [[[[[[[[[]]]]]]]]])


async def _ready() -> None:
    """Always."""


def every_route() -> tuple[Route, ...]:
    """All routes, those of monitoring included."""
    return all_routes(Probes(public_settings(), lambda: b"", _ready))


class TableCase(SceneCase):
    bots = count()

    def path(self, scene: Scene, route: Route) -> str:
        """The route's path, for things that exist and are mei's."""
        numbers: dict[str, Any] = {
            "room": scene.room,
            "seq": 1,
            "id": 5,
            "size": 48,
            "picture": "0" * 32,
            "emoji": THUMB,
            "file": "0" * 32,
            "secret": "0" * 32,
        }
        if route.path.endswith("/bots/{id}/commands"):
            numbers["id"] = scene.bot_of("mei")
        elif "/bots/" in route.path:
            admin = scene.client("adele")
            made = admin.post("/api/v1/bots", {"name": f"bot-{next(self.bots)}", "display_name": ""})
            numbers["id"] = made.json["user"]["id"]
            if "token" in route.numbers:
                path = f"/api/v1/bots/{numbers['id']}/tokens"
                numbers["token"] = admin.post(path, {"label": "p", "scopes": None}).json["session"]["id"]
        elif "/links/" in route.path:
            numbers["id"] = scene.client("olga").post("/api/v1/rooms/2/links", {}).json["link"]["id"]
        elif "/rooms/{room}/hooks/{" in route.path:
            about = {"label": "x", "url": "https://ci.example/hook"}
            numbers["id"] = scene.client("rosa").post("/api/v1/rooms/2/hooks/outgoing", about).json["hook"]["id"]
        elif route.method == "DELETE" and "/bans/" in route.path:
            scene.client("olga").ask("PUT", "/api/v1/rooms/2/bans/7", {})
            numbers["id"] = 7
        elif "invites" in route.path:
            numbers["id"] = scene.client("adele").post("/api/v1/invites", {}).json["invite"]["id"]
        elif "commands/{id}" in route.path:
            numbers["id"] = scene.command_of(scene.bot_of("mei"))
        elif "reports/" in route.path:
            reported = {"room": scene.room, "seq": 1, "reason": "spam"}
            numbers["id"] = scene.client("mona").post("/api/v1/reports", reported).json["id"]
        elif "announcements/" in route.path:
            numbers["id"] = scene.client("rosa").post("/api/v1/announcements", {"text": "Tea"}).json["id"]
        elif "admin/rooms" in route.path:
            numbers["id"] = scene.room
        elif "/files/{" in route.path:
            about = {"Content-Type": "application/octet-stream"}
            brought = scene.client("mei").ask("POST", "/api/v1/rooms/2/files?name=a.png", raw=DOT, headers=about)
            numbers["file"] = brought.json["id"]
            if route.method == "GET":
                scene.client("mei").post("/api/v1/rooms/2/messages", {"text": "", "files": [numbers["file"]]})
        elif "/api/v1/sessions" in route.path:
            numbers["id"] = scene.client("mei").get("/api/v1/session").json["session"]["id"]
        elif "tokens/" in route.path:
            numbers["id"] = scene.client("mei").post("/api/v1/tokens", {"label": "p"}).json["session"]["id"]
        return re.sub(r"{(\w+)}", lambda found: str(numbers[found[1]]), route.path) + QUERIES.get(route.name, "")

    def call(self, scene: Scene, route: Route, name: str | None) -> Answer:
        path = self.path(scene, route) if route.numbers else route.path + QUERIES.get(route.name, "")
        return self.send(scene.client(name), route, path)

    def send(self, client: Client, route: Route, path: str) -> Answer:
        """One request to *route*, with a body as it wants it."""
        if route.takes:
            return client.ask(route.method, path, raw=DOT, headers={"Content-Type": route.takes[0]})
        return client.ask(route.method, path, BODIES.get(route.name))


class AuthorisationTests(TableCase):
    """Default deny, route by route and person by person."""

    def test_complete(self) -> None:
        """Each route has its row, and no row is without its route."""
        self.assertEqual(set(EXPECTED), {route.name for route in every_route()})
        self.assertEqual(set(BODIES), {route.name for route in every_route() if route.body is not None})
        self.assertEqual(set(QUERIES), {route.name for route in every_route() if route.query is not None})

    def test_everybody(self) -> None:
        """Everybody gets from every route what the table says."""
        wrong = []
        untouched = self.fresh()
        for route in every_route():
            for who, expected in zip(WHO, EXPECTED[route.name], strict=True):
                leaves_no_trace = route.method == "GET" or (expected == 401 and not route.numbers)
                answer = self.call(untouched if leaves_no_trace else self.fresh(), route, NAMES[who])
                if answer.status != expected:
                    wrong.append(f"{route.name} for the {who}: {answer.status}, not {expected} {answer.body[:200]!r}")
                if answer.status in (401, 403, 404):
                    self.assertEqual(answer.headers["content-type"], "application/problem+json")
        self.assertEqual(wrong, [], "\n".join(wrong))

    def test_shapes(self) -> None:
        """Each successful answer is what the route says it is."""
        for route in every_route():
            if route.answer is None or route.answer is bytes:
                continue
            answer = self.call(self.fresh(), route, "adele" if route.who == "admin" else "mei")
            if answer.status < 400:
                msgspec.json.decode(answer.body, type=route.answer)

    def test_nothing_there(self) -> None:
        """A room that does not exist is not found, whoever asks, and whatever for."""
        for route in ROUTES:
            if "room" in route.numbers:
                scene = self.fresh()
                path = route.path.replace("{room}", "4711").replace("{seq}", "1").replace("{id}", "5")
                path = path.replace("{emoji}", THUMB)
                path += QUERIES.get(route.name, "")
                for name in ("otto", "adele"):
                    answer = self.send(scene.client(name), route, path)
                    self.assertEqual((answer.status, answer.code), (404, "no_such_room"), route.name)

    def test_made_up_tokens(self) -> None:
        """Tokens and cookies that are none open nothing."""
        for token in ("", "x", "wcb_" + "A" * 43, "wct_" + "A" * 43, "null", "undefined", "' OR 1=1 --", "A" * 200):
            scene = self.fresh()
            for client in (
                Client(scene.site, token=token or " "),
                Client(scene.site, origin="https://chat.example.com", cookies={"__Host-webchat": token}),
            ):
                self.assertEqual(client.get("/api/v1/session").status, 401, token)


class OutsideTests(TableCase):
    """What a room tells those who are not in it: nothing, by every route."""

    def outsiders(self, kind: str) -> Scene:
        """A scene whose room is of *kind*; otto and mei, who was in it, are banned, and xenia has left."""
        scene = self.fresh()
        owner = scene.client("olga")
        for name in ("mei", "otto"):
            answer = owner.ask("PUT", f"/api/v1/rooms/{scene.room}/bans/{scene.user_id(name)}", {"reason": "spam"})
            self.assertEqual(answer.status, 204)
        self.assertEqual(owner.ask("PATCH", f"/api/v1/rooms/{scene.room}", {"kind": kind}).status, 200)
        return scene

    def test_private(self) -> None:
        """For who has left and who is banned a private room is as one that does not exist, by whatever route."""
        scene = self.outsiders("private")
        for route in ROUTES:
            if "room" in route.numbers:
                for name in ("xenia", "mei", "otto"):
                    answer = self.call(scene, route, name)
                    self.assertEqual((answer.status, answer.code), (404, "no_such_room"), (route.name, name))
        for name in ("xenia", "mei", "otto"):
            listed = scene.client(name).get("/api/v1/rooms?search=garden").json["rooms"]
            mine = scene.client(name).get("/api/v1/me/rooms").json["rooms"]
            self.assertEqual((listed, [room["room"] for room in mine]), ([], [1]), name)

    def test_public(self) -> None:
        """Of a public room they learn no more than that it exists; only who is not banned may come back."""
        scene = self.outsiders("public")
        for route in ROUTES:
            if "room" in route.numbers and not route.path.endswith("/join"):
                for name in ("xenia", "mei", "otto"):
                    answer = self.call(scene, route, name)
                    self.assertEqual((answer.status, answer.code), (403, "not_a_member"), (route.name, name))
        joining = [scene.client(name).post(f"/api/v1/rooms/{scene.room}/join") for name in ("mei", "otto", "xenia")]
        self.assertEqual([answer.status for answer in joining], [403, 403, 200])
        self.assertEqual(joining[0].code, "banned")


class NonsenseTests(TableCase):
    """Strict types everywhere: nonsense is refused as such, and nothing is ever a bug."""

    def test_wrong_types(self) -> None:
        """A value of the wrong type in any member of any body is refused, or is simply right; never a 500."""
        scene = self.fresh()
        for route in every_route():
            if route.body is None:
                continue
            path = self.path(scene, route)
            for member in msgspec.structs.fields(route.body):
                for value in WRONG:
                    body = {**BODIES[route.name], member.encode_name: value}
                    answer = self.try_on(scene, route, path, body)
                    if not self.fits(route, body):
                        self.assertEqual((answer.status, answer.code), (400, "bad_request"), (route.name, body))
                        self.assertEqual(answer.json["field"], member.encode_name, (route.name, body))
                    self.assertLess(answer.status, 500, (route.name, body))

    def test_missing(self) -> None:
        """So is a body that lacks what it must have."""
        scene = self.fresh()
        for route in every_route():
            if route.body is None:
                continue
            for member in msgspec.structs.fields(route.body):
                body = {name: value for name, value in BODIES[route.name].items() if name != member.encode_name}
                if member.required:
                    answer = self.try_on(scene, route, self.path(scene, route), body)
                    self.assertEqual((answer.status, answer.json["field"]), (400, member.encode_name), route.name)

    def test_unknown_members(self) -> None:
        """Nobody smuggles in who she is, or what the server decides."""
        scene = self.fresh()
        for route in every_route():
            if route.body is None:
                continue
            for member in ("author", "role", "seq", "rev", "created", "room", "id", "type", "user", "__class__"):
                if member in BODIES[route.name]:
                    continue
                answer = self.try_on(scene, route, self.path(scene, route), {**BODIES[route.name], member: 1})
                self.assertEqual((answer.status, answer.code), (400, "bad_request"), (route.name, member))

    def test_not_json(self) -> None:
        """What is no JSON object is refused by every route that reads one."""
        scene = self.fresh()
        for route in every_route():
            if route.body is None:
                continue
            path = self.path(scene, route)
            for raw in (
                b"",
                b"{",
                b"[]",
                b"null",
                b"1",
                b'"x"',
                b"nonsense",
                b"\xff\xfe{}",
                b"\xef\xbb\xbf{}",
                b"{}{}",
                b'{"x":NaN}',
                b'{"x":1e999}',
                b'{"a":"\\ud800"}',
                b"[" * 60_000,
                b'{"a":' * 10_000,
                b'{"x":' + b"[" * 20_000,
                b"{" + b",".join(b'"k%d":1' % n for n in range(2_000)) + b"}",
            ):
                answer = scene.client("adele").ask(
                    route.method, path, raw=raw, headers={"Content-Type": "application/json"}
                )
                self.assertEqual((answer.status, answer.code), (400, "bad_request"), (route.name, raw[:20]))

    def test_texts(self) -> None:
        """Lone surrogates, NUL and what is too long get an answer that is no bug, in every text."""
        scene = self.fresh()
        for route in every_route():
            if route.body is None:
                continue
            path = self.path(scene, route)
            for member in msgspec.structs.fields(route.body):
                if not isinstance(BODIES[route.name].get(member.encode_name), str):
                    continue
                for text in (
                    "",
                    " ",
                    "\0",
                    "a\0b",
                    "\u202e",
                    "\ufffe",
                    "e\u0301" * 40,
                    "a" * 5_000,
                    "' OR 1=1 --",
                    "%s%n",
                    "\x1b[2J",
                    "𝔸" * 50,
                    "../../etc",
                    "${x}",
                    "\r\nX: y",
                ):
                    answer = self.try_on(scene, route, path, {**BODIES[route.name], member.encode_name: text})
                    self.assertLess(answer.status, 500, (route.name, member.encode_name, text))
                    if "\0" in text:
                        self.assertEqual(answer.status, 400, (route.name, member.encode_name))
                        self.assertIn(answer.code, ("bad_text", "bad_request"), (route.name, member.encode_name))
            if route.path.endswith("/delete") or "/hooks/" in route.path:
                # The title that it wants to have repeated may have been one of these texts; of hooks a room has few.
                scene = self.fresh()

    def test_queries(self) -> None:
        """Queries are read as strictly: unknown names, doubled ones, numbers that are none, bytes that are no text."""
        for route in every_route():
            if route.method != "GET":
                continue
            scene = self.fresh()
            path = self.path(scene, route).partition("?")[0]
            for query in (
                "x=1",
                "=",
                "&",
                "a",
                "%ff=1",
                "search=%ff",
                "limit=0",
                "limit=201",
                "limit=x",
                "limit=1&limit=2",
                "before=-1",
                "rev=-1",
                "rev=x",
                "id=0",
                "id=x",
                "a=" + "x" * 9_000,
                "limit=%00",
                "search=%00",
                "after=%00",
                "__proto__=1",
                "after=x&after=y",
            ):
                answer = scene.client("adele").get(f"{path}?{query}")
                self.assertEqual(
                    (answer.status, answer.headers["content-type"]),
                    (400, "application/problem+json"),
                    f"{path}?{query}",
                )

    def test_no_body_wanted(self) -> None:
        """A route that reads no body takes none, or an empty object."""
        scene = self.fresh()
        join = f"/api/v1/rooms/{scene.room}/join"
        self.assertEqual(scene.client("otto").post(join).status, 200)
        self.assertEqual(scene.client("otto").post(join, {}).status, 200)
        self.assertEqual(scene.client("otto").post(join, {"x": 1}).status, 400)
        self.assertEqual(scene.client("otto").ask("POST", join, raw=b"x=1").status, 400)

    def try_on(self, scene: Scene, route: Route, path: str, body: Any) -> Answer:
        """The same scene bears all the nonsense; so passwords and tries must not run out."""
        scene.clock.advance(400)
        client = scene.client("adele")
        if route.name == "POST /api/v1/password":
            scene.sign_in("adele")
            client = scene.client("adele")
        answer = client.ask(route.method, path, body)
        if route.name == "POST /api/v1/password" and answer.status == 204:
            client.post("/api/v1/password", {"current": body["new"], "new": PASSWORD})
        return answer

    def fits(self, route: Route, body: Any) -> bool:
        """Whether *body* is of the right types after all."""
        try:
            msgspec.convert(body, route.body)
        except msgspec.ValidationError:
            return False
        return True


class TableTests(SynchronousTestCase):
    """The table itself."""

    def test_contract(self) -> None:
        """Every route lies under /api/v1, has a summary, and its answer fits its status."""
        for route in ROUTES:
            self.assertTrue(route.path.startswith("/api/v1/"), route.name)
            self.assertTrue(route.summary.endswith("."), route.name)
            self.assertEqual(route.answer is None, route.status == 204, route.name)
            self.assertIn(route.who, ("public", "signed_in", "admin"))
            self.assertTrue(route.body is None or route.method in ("POST", "PUT", "PATCH"), route.name)
