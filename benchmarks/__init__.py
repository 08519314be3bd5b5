"""Measures webchat beside the servers that people would otherwise pick, and beside what the machine allows."""
