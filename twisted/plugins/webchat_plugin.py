"""Tells `twist` and `twistd` that there is a command `webchat`; the server itself is imported only when it is run."""

from twisted.application.service import ServiceMaker

webchat = ServiceMaker("webchat", "webchat.tap", "A chat server: rooms, history, a browser interface.", "webchat")
