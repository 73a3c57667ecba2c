"""The demo: a small centre, and one real call through its hotline as proof."""
