"""Pure data and rules: no AWS, no events, no environment."""
