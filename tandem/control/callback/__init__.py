"""Customers who are called back: booked, asleep, dialled, reached."""
