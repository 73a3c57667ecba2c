"""Who calls, writes and is called back: people, by what they are known, and what they had to do with the centre."""
