"""Points, tiers and rewards. Built on crm, knows nothing of surveys or support."""
