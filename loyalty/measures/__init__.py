"""Formulas of the programme's figures: pure, each with its definition. No database, no clock."""
