"""What starts runs: sensors, schedules, requests, backfills; and how fresh the assets have to be."""
