"""An Asterisk of our own: found, configured, started and stopped."""
