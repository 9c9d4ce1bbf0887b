"""What a purchase earns and why: rules tried, published, limited, and told in words."""
