"""Tandem: the control plane of a contact centre on Asterisk."""
