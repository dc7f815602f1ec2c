"""Tools around the feed: its schema, and what it costs."""
