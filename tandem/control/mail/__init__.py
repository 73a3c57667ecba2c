"""Mail: work that comes from outside, is offered on the desk, and can be interrupted."""
