"""Points come, are spent, set aside, taken back and expire; what a member is told of them."""
