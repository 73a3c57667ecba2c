"""PURE but for its own seeded dice. The production router under virtual time: callers, agents, traffic, replay."""
