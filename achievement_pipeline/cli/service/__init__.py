"""Commands of the service: `start`, `stop`, `status`, `service`, `worker`, `doctor`."""
