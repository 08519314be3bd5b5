"""A client for bots and other programs: one account's place at a server, kept over broken lines and restarts.

See docs/client.md.
"""

from webchat.client.client import Client
from webchat.client.line import Ended
from webchat.client.positions import Gone

__all__ = ["Client", "Ended", "Gone"]
