"""The quarter-hour dispatch as the plane has it: what was foreseen and proposed, and the loans that came of it."""
