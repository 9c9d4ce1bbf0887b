"""What is said on every channel: taken in, kept, sent once, and told when it has arrived."""
