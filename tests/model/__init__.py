"""Tests of webchat.model."""
