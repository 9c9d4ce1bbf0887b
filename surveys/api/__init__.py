"""Addresses of the API about what is asked and answered. The manner is crm's: see crm.api.views."""
