"""The nouns of webchat and its pure rules: no I/O, no Twisted."""
