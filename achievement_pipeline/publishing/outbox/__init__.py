"""The outbox: publications that never go out twice."""
