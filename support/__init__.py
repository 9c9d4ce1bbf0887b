"""Tickets and canned scripts. Built on crm, knows nothing of loyalty or surveys."""
