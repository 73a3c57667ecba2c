"""Text to prompts that Asterisk can play."""
