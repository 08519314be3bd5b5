"""Tests of webchat.robot."""
