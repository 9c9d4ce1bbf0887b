"""The programme's addresses of the API: members, points, rewards. The manner is crm's: see crm.api.views."""
