"""Rewards and coupons: codes, what they give at a checkout, and what a member holds."""
