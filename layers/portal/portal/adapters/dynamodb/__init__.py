"""One adapter a table; ``items`` is the only module that spells a write."""
