"""What agents' desktops and operators' boards show, and what they are told of when it changes."""
