"""What people answer: links, visits of people and machines, confirmation, and when an answer is told."""
