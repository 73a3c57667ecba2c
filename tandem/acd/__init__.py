"""PURE. Who serves whom, and when."""
