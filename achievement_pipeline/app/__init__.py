"""What a user or a run does, combining the steps. Knows neither Dagster, click nor starlette."""
