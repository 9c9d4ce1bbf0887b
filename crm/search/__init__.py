"""Whom and what somebody looks for: people by any name or number, words that were written."""
