"""What people can do: the use cases, the only publishers of events."""

from webchat.chat.facade import Chat

__all__ = ["Chat"]
