"""What is sold: the catalogue, orders and how far they have come, parcels, goods that come back."""
