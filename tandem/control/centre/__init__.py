"""The settings of a centre as an admin writes them: read, checked, compared."""
