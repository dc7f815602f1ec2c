"""The fault sweep: every flow, every AWS call in it, every way in which it can fail, and what must hold afterwards."""
