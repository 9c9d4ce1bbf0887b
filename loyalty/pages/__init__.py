"""Pages: the customers' own (joining, the mobile card), and those of staff that stand inside the admin."""
