"""Conversations in writing, and the desk where agents take part in them."""
