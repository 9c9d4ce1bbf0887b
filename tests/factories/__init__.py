"""Rows that tests need and do not care how they came. One file per family of models."""
