"""Lists and forms of the desk. These classes only look; what they do is a verb."""

from support.admin import articles, calendars, desk, macros, policies, returns, scripts

__all__ = ["articles", "calendars", "desk", "macros", "policies", "returns", "scripts"]
