"""Tests of the command `webchat`."""
