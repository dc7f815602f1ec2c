"""Developer-side helpers; nothing in here is ever deployed."""
