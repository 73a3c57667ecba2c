"""What an operator's board shows, and what it is told of when that changes."""
