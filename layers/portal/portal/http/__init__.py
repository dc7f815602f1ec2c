"""From API Gateway events to journeys and back."""
