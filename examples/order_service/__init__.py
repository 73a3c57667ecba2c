"""A shop's order service for the demo: orders, bookings, memberships over HTTP. It knows nothing of Tandem."""
