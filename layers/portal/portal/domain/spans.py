"""Spans of time, in seconds."""

HOUR_SECONDS = 3_600
DAY_SECONDS = 86_400
