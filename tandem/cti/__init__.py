"""I/O. HTTP for desktops, operators and the callers' self-service pages."""
