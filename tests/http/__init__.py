"""Tests of webchat.http."""
