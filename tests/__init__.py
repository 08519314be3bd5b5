"""The tests, on the floors of what they test."""
