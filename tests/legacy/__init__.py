"""Tests of webchat.legacy."""
