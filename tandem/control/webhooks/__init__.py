"""What systems outside are told of as it happens: contacts, agents, callbacks, forms."""
