"""Small programs for those who build webchat."""
