"""Who somebody is: how they are recognised, written down, found to be one with another, and forgotten."""
