"""Speaks with Asterisk: manager interface, FastAGI, and what their words mean to the plane."""
