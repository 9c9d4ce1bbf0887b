"""What an agent does in a ticket: reads, drafts, answers, asks others, makes up for something."""
