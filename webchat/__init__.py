"""A chat server that a community or a team runs for itself."""

__version__ = "0.1.0"
