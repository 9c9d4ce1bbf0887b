"""Surveys and feedback. Built on crm, knows nothing of loyalty or support."""
