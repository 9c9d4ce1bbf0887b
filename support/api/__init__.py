"""The desk's addresses of the API: tickets and returns. The manner is crm's: see crm.api.views."""
