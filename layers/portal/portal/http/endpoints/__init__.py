"""Endpoints: each joins a journey with its adapters; a module holds routes that need the same imports."""
