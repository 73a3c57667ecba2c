"""Versions of flows: published, on trial, in use."""
