"""What is read and filled in on a screen: a caller's pages, an agent's guides."""
