"""I/O. The journal, and the records of contacts, agents and queues."""
