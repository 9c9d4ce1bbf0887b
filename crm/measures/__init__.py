"""Formulas behind the figures: pure, each with its definition, its interval and its source. No database, no clock."""
