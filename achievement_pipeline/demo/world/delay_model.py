"""The private repository delay-model: training the model ``ferry-delay``, with its runs in MLflow."""

from datetime import UTC, datetime
from pathlib import Path

from achievement_pipeline.demo.history import OWNER, Commit, History, append, replace
from achievement_pipeline.demo.servers.mlflow import MlflowServer
from achievement_pipeline.demo.world.people import ADA, BEN

_PREPARE = '''\
"""Make a table of departures with what was known before each left."""

from pathlib import Path

import pandas as pd


def load(folder: Path) -> pd.DataFrame:
    """Load the departures of all lines: scheduled, left, line, harbour."""
    frames = [pd.read_parquet(path) for path in sorted(folder.glob("*.parquet"))]
    departures = pd.concat(frames, ignore_index=True)
    departures["delay"] = (departures["left"] - departures["scheduled"]).dt.total_seconds() / 60
    return departures[departures["delay"].between(-5, 120)]


def features(departures: pd.DataFrame) -> pd.DataFrame:
    """Return what is known of each departure."""
    return pd.DataFrame(
        {
            "hour": departures["scheduled"].dt.hour,
            "weekday": departures["scheduled"].dt.weekday,
            "last": departures.groupby("line")["delay"].shift(),
        }
    )
'''

_TRAIN = '''\
"""Train the model, and log the run to MLflow."""

import argparse
from pathlib import Path

import mlflow
from sklearn.dummy import DummyRegressor
from sklearn.metrics import mean_absolute_error

from prepare import features, load


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    departures = load(parser.parse_args().folder)
    train, test = departures[departures["scheduled"] < "2026-01"], departures[departures["scheduled"] >= "2026-01"]
    with mlflow.start_run():
        model = DummyRegressor(strategy="median").fit(features(train), train["delay"])
        mlflow.log_metric("val_mae", mean_absolute_error(test["delay"], model.predict(features(test))))


if __name__ == "__main__":
    main()
'''

_BOOSTED = '''\
def fit(train, **params):
    """Fit gradient-boosted trees to the delays, in minutes."""
    model = HistGradientBoostingRegressor(loss="absolute_error", random_state=0, **params)
    return model.fit(features(train), train["delay"])


def evaluate(model, test):
    """Return the mean error in minutes, and the share of departures within four minutes."""
    error = (model.predict(features(test)) - test["delay"]).abs()
    return {"val_mae": error.mean(), "val_within_4_min": (error <= 4).mean()}


'''

_WEATHER = '''\
"""Water and wind at the time of a departure."""

import numpy as np
import pandas as pd


def with_weather(departures: pd.DataFrame, observations: pd.DataFrame) -> pd.DataFrame:
    """Add the latest observation before each departure, at most three hours old."""
    return pd.merge_asof(
        departures.sort_values("scheduled"),
        observations.sort_values("observed"),
        left_on="scheduled",
        right_on="observed",
        by="harbour",
        tolerance=pd.Timedelta(hours=3),
    )


def components(departures: pd.DataFrame) -> pd.DataFrame:
    """Return the wind along and across the berth, and the height of the water."""
    angle = np.radians(departures["direction"] - departures["berth"])
    return pd.DataFrame(
        {
            "along": departures["wind"] * np.cos(angle),
            "across": departures["wind"] * np.sin(angle),
            "gust": departures["gust"],
            "water": departures["water"],
        }
    )
'''

DELAY_MODEL = History(
    "delay-model",
    (
        Commit(
            "2026-01-26 10:05",
            BEN,
            "Begin: departures as a table, and a median to beat",
            {"prepare.py": _PREPARE, "train.py": _TRAIN, "requirements.txt": "mlflow\npandas\nscikit-learn\n"},
        ),
        Commit(
            "2026-02-20 16:40",
            ADA,
            "feat: train gradient-boosted trees instead of a median",
            {
                "train.py": lambda before: (
                    before.replace(
                        "from sklearn.dummy import DummyRegressor",
                        "from sklearn.ensemble import HistGradientBoostingRegressor",
                    )
                    .replace("from sklearn.metrics import mean_absolute_error\n", "")
                    .replace("def main()", _BOOSTED + "def main()")
                    .replace(
                        '        model = DummyRegressor(strategy="median").fit(features(train), train["delay"])\n'
                        '        mlflow.log_metric("val_mae", mean_absolute_error(test["delay"], model.predict(features(test))))\n',
                        "        mlflow.log_metrics(evaluate(fit(train), test))\n",
                    )
                ),
            },
        ),
        Commit(
            "2026-03-09 09:15",
            ADA,
            "fix: leave out delays that are only known after the departure\n\nThe delay of the ferry before leaked into the "
            "features whenever two ferries overlapped.",
            {"prepare.py": replace("shift(),", "shift(2),")},
        ),
        Commit(
            "2026-04-20 17:30",
            ADA,
            "feat: predict delays from water and wind\n\nThe mean error goes from 6.8 to 4.1 minutes.",
            {
                "weather.py": _WEATHER,
                "train.py": replace(
                    "from prepare import", "from weather import components, with_weather\nfrom prepare import"
                ),
                "requirements.txt": append("numpy\n"),
            },
        ),
    ),
    private=True,
)


def log_runs(git_dir: Path) -> MlflowServer:
    """Return a tracking server with the runs of the stored repository's commits."""
    server = MlflowServer()
    server.experiments = [{"experiment_id": "1", "name": "ferry-delay", "lifecycle_stage": "active"}]
    median, boosted, fixed, weather = DELAY_MODEL.object_names(git_dir)
    runs: tuple[tuple[str, str, str, str, dict[str, object], dict[str, str]], ...] = (
        ("median", "2026-01-27 11:00", BEN.login, median, {"val_mae": 9.4}, {}),
        (
            "boosted-trees",
            "2026-02-21 09:30",
            ADA.login,
            boosted,
            {"val_mae": 5.2, "val_within_4_min": 0.71},
            {"depth": "6"},
        ),
        (
            "without-leak",
            "2026-03-09 12:10",
            ADA.login,
            fixed,
            {"val_mae": 6.8, "val_within_4_min": 0.62},
            {"depth": "6"},
        ),
        (
            "water-and-wind",
            "2026-04-21 08:45",
            ADA.login,
            weather,
            {"val_mae": 4.1, "val_within_4_min": 0.87},
            {"depth": "8", "learning_rate": "0.06", "features": "9"},
        ),
    )
    for name, at, user, sha, metrics, params in runs:
        started = int(datetime.strptime(at, "%Y-%m-%d %H:%M").replace(tzinfo=UTC).timestamp() * 1000)
        tags = {
            "mlflow.source.git.commit": sha,
            "mlflow.source.git.repoURL": f"https://github.com/{OWNER}/{DELAY_MODEL.name}.git",
            "mlflow.source.name": "train.py",
            "mlflow.user": user,
        }
        last = server.add_run(
            metrics,
            params=params,
            tags=tags,
            run_name=name,
            user_id=user,
            start_time=started,
            end_time=started + 600_000,
        )
    server.versions = [
        {"name": "ferry-delay", "version": "1", "run_id": last, "creation_timestamp": started + 900_000},
    ]
    return server
