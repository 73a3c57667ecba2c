"""A caller's call, from its entry to its end: flow, offers, talk, transfers, messages left."""
