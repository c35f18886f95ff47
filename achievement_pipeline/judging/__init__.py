"""JUDGE: pure functions, dataframe in, dataframe out. No I/O, no Dagster."""
