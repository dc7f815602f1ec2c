"""Functions that no browser calls: woken by streams, schedules and operators."""
