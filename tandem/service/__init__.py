"""I/O. The process: configuration, the one loop, the composition root, the command line."""
