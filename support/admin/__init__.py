"""Lists and forms of the desk. These classes only look; what they do is a verb."""

from support.admin import calendars, desk, macros, policies, returns, scripts

__all__ = ["calendars", "desk", "macros", "policies", "returns", "scripts"]
