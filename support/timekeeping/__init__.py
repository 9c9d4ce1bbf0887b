"""When answers are due: calendars, what was promised, clocks, and the ladder that they climb."""
