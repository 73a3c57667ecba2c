"""PURE. One contact's journey through a flow."""
