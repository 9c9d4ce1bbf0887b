"""A shop's own systems: their keys, limits, writes that may be repeated, events in their own words."""
