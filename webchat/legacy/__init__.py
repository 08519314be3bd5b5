"""The door for the clients of older chat systems, which speak as their own servers taught them.

Two families of them, named after what their servers were written in: `laravel` (nonfu/webchat, andyRon/webchatS), with
`api_token` in every request and rooms by number, and `express` (hua1995116/webchat), with friends and names as
addresses; and `raw`, plain JSON objects over a WebSocket, each with its token.  They see the same rooms and messages as
everybody else, by the same use cases; a door adds no rule of its own.  `docs/legacy.md` describes them.
"""
