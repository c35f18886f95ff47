"""The repository tidewater: tides and ferries of a harbour, a library with an HTTP server."""

from achievement_pipeline.demo.history import (
    Commit,
    History,
    PullRequest,
    Review,
    announce,
    append,
    merge,
    release,
    replace,
    squash,
)
from achievement_pipeline.demo.world.people import ADA, ADA_ON_HER_LAPTOP, BEN, DEPENDABOT, MIRA

_README = """\
# tidewater

Tide tables and ferry timetables of harbours, as a library and over HTTP.

    pip install tidewater
    tidewater serve --port 8080
"""

_CHANGELOG = """\
# Changelog

## Unreleased

### Added

- Tide tables of Brenna, Holm and Vika.
- The tables over HTTP.
"""

_PYPROJECT = """\
[project]
name = "tidewater"
dynamic = ["version"]
requires-python = ">=3.11"
dependencies = ["httpx>=0.27"]

[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
"""

_TABLES = '''\
"""Tide tables that are printed in almanacs."""

import csv
import datetime as dt
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Tide:
    """A high or low water."""

    at: dt.datetime
    height: float
    is_high: bool


def read_table(harbour: str) -> list[Tide]:
    """Read the table of a harbour."""
    with (DATA / f"{harbour}.csv").open() as file:
        return [
            Tide(dt.datetime.fromisoformat(row["at"]), float(row["height"]), row["kind"] == "high")
            for row in csv.DictReader(file)
        ]


def tides_of(harbour: str, day: dt.date) -> list[Tide]:
    """Return the tides of a day."""
    begin = dt.datetime.combine(day, dt.time(), dt.UTC)
    end = begin + dt.timedelta(days=1)
    return [tide for tide in read_table(harbour) if begin < tide.at <= end]
'''

_TEST_TABLES = """\
import datetime as dt

from tidewater.tables import tides_of


def test_a_day_has_its_tides():
    assert len(tides_of("brenna", dt.date(2025, 1, 1))) == 4
"""

_SERVER = '''\
"""The tables over HTTP."""

import datetime as dt
import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

from tidewater.tables import tides_of


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        url = urlsplit(self.path)
        if url.path != "/tides":
            self.send_error(404)
            return
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        tides = tides_of(query["harbour"], dt.date.fromisoformat(query["day"]))
        body = json.dumps([{"at": tide.at.isoformat(), "height": tide.height} for tide in tides]).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def serve(port):
    HTTPServer(("", port), Handler).serve_forever()
'''

_HARMONICS = '''\
"""Predict tides from harmonic constituents, as harbour authorities publish them."""

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tidewater.tables import Tide

EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
STEP = dt.timedelta(minutes=1)


@dataclass(frozen=True)
class Constituent:
    """One wave of the tide: degrees an hour, metres, degrees."""

    name: str
    speed: float
    amplitude: float
    phase: float

    def height(self, hours: float) -> float:
        """Return its height in metres, so many hours after the epoch."""
        return self.amplitude * math.cos(math.radians(self.speed * hours - self.phase))


@dataclass(frozen=True)
class Station:
    """A place with known constituents, and the mean of the sea above its datum in metres."""

    name: str
    mean: float
    constituents: Sequence[Constituent]

    def height(self, at: dt.datetime) -> float:
        """Return the height of the water in metres above the datum."""
        hours = (at - EPOCH) / dt.timedelta(hours=1)
        return self.mean + sum(each.height(hours) for each in self.constituents)


def predict(station: Station, day: dt.date) -> Iterator[Tide]:
    """Yield the high and low waters of a day."""
    begin = dt.datetime.combine(day, dt.time(), dt.UTC)
    moments = [begin + minute * STEP for minute in range(-1, 24 * 60 + 1)]
    heights = [station.height(moment) for moment in moments]
    for before, moment, after, here, last, following in zip(
        moments, moments[1:], moments[2:], heights[1:], heights, heights[2:], strict=False
    ):
        if here > last and here >= following:
            yield Tide(moment, round(here, 2), is_high=True)
        elif here < last and here <= following:
            yield Tide(moment, round(here, 2), is_high=False)
'''

_TEST_HARMONICS = """\
import datetime as dt

import pytest

from tidewater.harmonics import Constituent, Station, predict

M2 = Constituent("M2", speed=28.9841042, amplitude=1.2, phase=110.0)
S2 = Constituent("S2", speed=30.0, amplitude=0.4, phase=140.0)
VIKA = Station("Vika", mean=2.1, constituents=[M2, S2])


def test_two_high_and_two_low_waters_a_day():
    tides = list(predict(VIKA, dt.date(2025, 5, 1)))
    assert [tide.is_high for tide in tides].count(True) == 2
    assert [tide.is_high for tide in tides].count(False) == 2


def test_the_mean_is_the_height_without_constituents():
    flat = Station("Flat", mean=2.1, constituents=[])
    assert flat.height(dt.datetime(2025, 5, 1, tzinfo=dt.UTC)) == pytest.approx(2.1)


@pytest.mark.parametrize("hour", range(0, 24, 6))
def test_no_height_is_beyond_the_sum_of_the_amplitudes(hour):
    height = VIKA.height(dt.datetime(2025, 5, 1, hour, tzinfo=dt.UTC))
    assert abs(height - VIKA.mean) <= 1.6
"""

_PREDICT_AT_ONCE = '''\
def predict(station: Station, day: dt.date) -> Iterator[Tide]:
    """Yield the high and low waters of a day."""
    begin = dt.datetime.combine(day, dt.time(), dt.UTC)
    first = (begin - EPOCH) / dt.timedelta(hours=1)
    hours = first + np.arange(-1, 24 * 60 + 1) / 60
    speeds, amplitudes, phases = np.array([(c.speed, c.amplitude, c.phase) for c in station.constituents]).T
    waves = amplitudes * np.cos(np.radians(np.outer(hours, speeds) - phases))
    heights = station.mean + waves.sum(axis=1)
    rising = np.diff(heights) > 0
    for minute in np.flatnonzero(rising[:-1] != rising[1:]):
        height = round(float(heights[minute + 1]), 2)
        yield Tide(begin + int(minute) * STEP, height, is_high=bool(rising[minute]))
'''

_BENCHMARK = '''\
"""How long a prediction takes: python benchmarks/predict.py"""

import datetime as dt
import statistics
import time

from tidewater.harmonics import Constituent, Station, predict

STATION = Station("Vika", 2.1, [Constituent(f"C{n}", 1.0 + n, 1.0 / (n + 1), 3.0 * n) for n in range(37)])

seconds = []
for day in range(100):
    began = time.perf_counter()
    list(predict(STATION, dt.date(2025, 1, 1) + dt.timedelta(days=day)))
    seconds.append(time.perf_counter() - began)
print(f"p95 {statistics.quantiles(seconds, n=20)[-1] * 1000:.1f} ms")
'''

_CALENDAR = '''\
"""Tides as a calendar that phones subscribe to."""

import datetime as dt
from collections.abc import Iterable

from tidewater.tables import Tide


def to_calendar(name: str, tides: Iterable[Tide]) -> str:
    """Return an iCalendar file."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//tidewater//{name}//EN"]
    for tide in tides:
        kind = "High" if tide.is_high else "Low"
        lines += [
            "BEGIN:VEVENT",
            f"UID:{name}-{tide.at:%Y%m%dT%H%M}@tidewater",
            f"DTSTART:{tide.at.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}",
            f"SUMMARY:{kind} water {tide.height:.1f} m",
            "END:VEVENT",
        ]
    return "\\r\\n".join([*lines, "END:VCALENDAR", ""])
'''

_CACHE = '''\
"""Predictions of days that were asked for before, on disk."""

import json
import tempfile
from pathlib import Path

FOLDER = Path(tempfile.gettempdir()) / "tidewater"


def load(station, day):
    file = FOLDER / f"{station}-{day}.json"
    return json.loads(file.read_text()) if file.exists() else None


def save(station, day, tides):
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{station}-{day}.json").write_text(json.dumps(tides))
'''

_HARBOURS = '''\
"""Names of harbours, as they come from outside."""

import re

_NAME = re.compile(r"[a-z][a-z0-9-]{0,40}")


class UnknownHarbourError(LookupError):
    """There is no harbour of that name."""


def check_name(name: str) -> str:
    """Return a name that is safe as the name of a file.

    Raises:
        UnknownHarbourError: It is none, such as ``../../etc/passwd``.
    """
    if not _NAME.fullmatch(name):
        raise UnknownHarbourError(name)
    return name
'''

_TEST_HARBOURS = """\
import pytest

from tidewater.harbours import UnknownHarbourError, check_name


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "brenna\\n", "", "a" * 60, "c:con"])
def test_a_name_that_leaves_the_folder_is_refused(name):
    with pytest.raises(UnknownHarbourError):
        check_name(name)


def test_a_harbour_is_a_harbour():
    assert check_name("brenna") == "brenna"
"""

_APP = '''\
"""The tables and predictions over HTTP, as an ASGI application."""

import datetime as dt
import json
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs

from tidewater.harbours import UnknownHarbourError, check_name
from tidewater.routes import ROUTES, NotFoundError

Message = dict[str, object]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


async def app(scope: Message, receive: Receive, send: Send) -> None:
    """Answer one request."""
    if scope["type"] != "http":
        return
    query = {name: values[0] for name, values in parse_qs(bytes(scope["query_string"]).decode()).items()}
    try:
        status, body = 200, await route(str(scope["path"]), query)
    except (UnknownHarbourError, NotFoundError) as error:
        status, body = 404, {"error": str(error)}
    except (KeyError, ValueError) as error:
        status, body = 400, {"error": f"wrong query: {error}"}
    content = json.dumps(body, default=dt.datetime.isoformat).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


async def route(path: str, query: dict[str, str]) -> object:
    """Call the function of a path."""
    if (found := ROUTES.get(path)) is None:
        raise NotFoundError(path)
    return await found(check_name(query["harbour"]), dt.date.fromisoformat(query["day"]))
'''

_ROUTES = '''\
"""What is answered under which path."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable

from tidewater.harmonics import predict
from tidewater.stations import find_station
from tidewater.tables import tides_of

Rows = list[dict[str, object]]


class NotFoundError(LookupError):
    """There is nothing under that path."""


async def tides(harbour: str, day: dt.date) -> Rows:
    """Return the tides of an almanac."""
    found = await asyncio.to_thread(tides_of, harbour, day)
    return [{"at": tide.at, "height": tide.height} for tide in found]


async def predictions(harbour: str, day: dt.date) -> Rows:
    """Return predicted tides."""
    station = await asyncio.to_thread(find_station, harbour)
    return [{"at": tide.at, "height": tide.height, "high": tide.is_high} for tide in predict(station, day)]


ROUTES: dict[str, Callable[[str, dt.date], Awaitable[Rows]]] = {"/tides": tides, "/predictions": predictions}
'''

_STATIONS = '''\
"""Stations with known constituents, from the folder of data."""

import json
from functools import cache

from tidewater.harbours import UnknownHarbourError
from tidewater.harmonics import Constituent, Station
from tidewater.tables import DATA


@cache
def find_station(harbour: str) -> Station:
    """Return the station of a harbour.

    Raises:
        UnknownHarbourError: None is known.
    """
    path = DATA / f"{harbour}.json"
    if not path.is_file():
        raise UnknownHarbourError(harbour)
    content = json.loads(path.read_text())
    constituents = [Constituent(**each) for each in content["constituents"]]
    return Station(content["name"], content["mean"], constituents)
'''

_TEST_APP = """\
import asyncio
import json

import pytest

from tidewater.app import app


def get(path, query):
    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "path": path, "query_string": query.encode()}
    asyncio.run(app(scope, None, send))
    return sent[0]["status"], json.loads(sent[1]["body"])


def test_a_day_of_an_almanac():
    status, tides = get("/tides", "harbour=brenna&day=2025-01-01")
    assert (status, len(tides)) == (200, 4)


@pytest.mark.parametrize(("query", "status"), [("harbour=../x&day=2025-01-01", 404), ("day=2025-01-01", 400)])
def test_a_wrong_query_is_the_fault_of_the_client(query, status):
    assert get("/tides", query)[0] == status


def test_thirty_clients_at_once():
    async def many():
        await asyncio.gather(*(asyncio.to_thread(get, "/tides", "harbour=brenna&day=2025-01-01") for _ in range(30)))

    asyncio.run(many())
"""

_WEBHOOKS = '''\
"""Tell subscribers of a timetable what changed in it."""

import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass

import httpx

TRIES = 5


@dataclass(frozen=True)
class Subscription:
    """Who is told of the changes of a line, and the secret that signs what they are told."""

    line: str
    url: str
    secret: bytes


@dataclass(frozen=True)
class Departure:
    """A ferry that leaves."""

    line: str
    scheduled: str
    expected: str | None


def changes(before: Iterable[Departure], after: Iterable[Departure]) -> list[Departure]:
    """Return the departures that are new, or expected at another time."""
    known = {(each.line, each.scheduled): each for each in before}
    return [each for each in after if known.get((each.line, each.scheduled)) != each]


def sign(secret: bytes, content: bytes) -> str:
    """Return what a subscriber compares with the header ``X-Tidewater-Signature``."""
    return f"sha256={hmac.new(secret, content, hashlib.sha256).hexdigest()}"


async def notify(client: httpx.AsyncClient, subscription: Subscription, departures: list[Departure]) -> bool:
    """Send changes, and return whether the subscriber took them."""
    content = json.dumps([vars(each) for each in departures]).encode()
    headers = {"X-Tidewater-Signature": sign(subscription.secret, content)}
    for _ in range(TRIES):
        try:
            response = await client.post(subscription.url, content=content, headers=headers)
        except httpx.TransportError:
            continue
        if response.is_success:
            return True
    return False
'''

_TEST_WEBHOOKS = """\
from tidewater.webhooks import Departure, changes, sign

EIGHT = Departure("holm-vika", "08:00", None)


def test_a_delay_is_a_change():
    late = Departure("holm-vika", "08:00", "08:12")
    assert changes([EIGHT], [late]) == [late]


def test_what_stays_is_none():
    assert changes([EIGHT], [EIGHT]) == []


def test_a_signature_depends_on_the_secret():
    assert sign(b"one", b"[]") != sign(b"two", b"[]")
"""

_TIMETABLE = '''\
"""Timetables of ferries."""

import datetime as dt
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Oslo")


def departures(times: list[dt.time], day: dt.date) -> list[dt.datetime]:
    """Return when ferries leave on a day, in UTC."""
    midnight = dt.datetime.combine(day, dt.time(), ZONE).astimezone(dt.UTC)
    return [midnight + dt.timedelta(hours=each.hour, minutes=each.minute) for each in times]
'''

_TEST_TIMETABLE = """\
import datetime as dt

from tidewater.timetable import departures


def test_summer_time_begins_and_the_ferry_leaves_at_eight():
    [eight] = departures([dt.time(8)], dt.date(2026, 3, 29))
    assert eight == dt.datetime(2026, 3, 29, 6, tzinfo=dt.UTC)
"""

_DELAYS = '''\
"""Expected delays of departures, from the registered model ``ferry-delay``."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import mlflow.pyfunc
import pandas as pd

from tidewater.harmonics import Station

MODEL = "models:/ferry-delay/production"
LEAST = dt.timedelta(minutes=3)


@dataclass(frozen=True)
class Weather:
    """Wind in metres a second, and the direction that it comes from in degrees."""

    wind: float
    direction: float


class Delays:
    """Predicts how late departures are."""

    def __init__(self, model=None):
        self._model = model or mlflow.pyfunc.load_model(MODEL)

    def predict(self, station: Station, departures: Sequence[dt.datetime], weather: Weather) -> list[dt.timedelta]:
        """Return a delay for each departure; nothing where it is too short to tell anybody."""
        features = pd.DataFrame(
            {
                "water": [station.height(at) for at in departures],
                "wind": weather.wind,
                "direction": weather.direction,
                "hour": [at.hour for at in departures],
                "weekday": [at.weekday() for at in departures],
            }
        )
        minutes = self._model.predict(features)
        delays = [dt.timedelta(minutes=float(each)) for each in minutes]
        return [delay if delay >= LEAST else dt.timedelta() for delay in delays]
'''

_TEST_DELAYS = """\
import datetime as dt

from tidewater.delays import Delays, Weather
from tidewater.harmonics import Station

AT = dt.datetime(2026, 6, 1, 8, tzinfo=dt.UTC)


class Model:
    def __init__(self, minutes):
        self.minutes = minutes

    def predict(self, features):
        return [self.minutes] * len(features)


def predict(minutes):
    return Delays(Model(minutes)).predict(Station("Vika", 2.1, []), [AT], Weather(14.0, 250.0))


def test_a_delay_is_told():
    assert predict(12.0) == [dt.timedelta(minutes=12)]


def test_two_minutes_are_not_worth_a_word():
    assert predict(2.0) == [dt.timedelta()]
"""

_WORKFLOW = """\
name: tests
on: [push, pull_request]
jobs:
  tests:
    runs-on: ubuntu-latest
    strategy:
      matrix:
        python: ["3.11", "3.12", "3.13"]
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: ${{ matrix.python }}
      - run: pip install -e '.[test]'
      - run: pytest --strict-markers
"""

_DATUM = """\

## Heights

Heights are metres above chart datum, which in Norway is the lowest astronomical tide. To compare them with the depths of a
chart, add the two: a sounding of 3.2 m and a tide of 1.4 m are 4.6 m of water. The constituents of a station are those of
its harbour authority; `mean` is the mean of the sea above the same datum.
"""


def _lock(packages: int, version: int) -> str:
    return "".join(
        f'[[package]]\nname = "package-{n}"\nversion = "{version}.{n % 7}.{n % 3}"\n\n' for n in range(packages)
    )


def _table(harbour: int) -> str:
    rows = (
        f"2025-01-{1 + n // 4:02}T{n % 4 * 6 + harbour:02}:{n * 7 % 60:02}:00+00:00,{1 + n % 2 * 1.4:.1f},{('low', 'high')[n % 2]}\n"
        for n in range(124)
    )
    return "at,height,kind\n" + "".join(rows)


TIDEWATER = History(
    "tidewater",
    (
        Commit(
            "2025-01-20 09:10",
            BEN,
            "Begin: tide tables of three harbours",
            {
                "README.md": _README,
                "CHANGELOG.md": _CHANGELOG,
                "VERSION": "0.1.0\n",
                "pyproject.toml": _PYPROJECT,
                "src/tidewater/__init__.py": '"""Tides and ferries of a harbour."""\n',
                "src/tidewater/tables.py": _TABLES,
                **{f"src/tidewater/data/{name}.csv": _table(n) for n, name in enumerate(("brenna", "holm", "vika"))},
                "tests/test_tables.py": _TEST_TABLES,
                "uv.lock": _lock(40, 1),
            },
        ),
        Commit("2025-02-03 14:25", BEN, "feat: serve the tables over HTTP", {"src/tidewater/server.py": _SERVER}),
        release("2025-03-17 10:00", BEN, "1.0.0"),
        Commit(
            "2025-03-24 03:00", DEPENDABOT, "build(deps): bump httpx from 0.27.0 to 0.28.1", {"uv.lock": _lock(41, 2)}
        ),
        squash(
            "2025-04-14 13:40",
            ADA,
            PullRequest(
                14,
                "fix: list a tide at midnight on the right day",
                "A tide at exactly 00:00 was listed on the day before, so that Brenna had five tides on one day and three "
                "on the next.",
                labels=("bug",),
                reviews=(Review(BEN, "Nice catch, and welcome!"),),
            ),
            {
                "src/tidewater/tables.py": replace("begin < tide.at <= end", "begin <= tide.at < end"),
                "tests/test_tables.py": append(
                    "\n\ndef test_midnight_belongs_to_the_day_that_begins():\n"
                    '    assert tides_of("brenna", dt.date(2025, 1, 2))[0].at.hour == 0\n'
                ),
                "CHANGELOG.md": announce("Fixed", "A tide at midnight is listed on the day that begins (#14)."),
            },
        ),
        Commit(
            "2025-04-28 08:55",
            ADA,
            "docs: explain what heights are measured from",
            {"README.md": append(_DATUM)},
        ),
        squash(
            "2025-05-05 15:30",
            ADA,
            PullRequest(
                17,
                "feat: predict tides from harmonic constituents",
                "Almanacs end with the year, and cover three harbours. With the constituents that every harbour authority "
                "publishes, tides of any harbour and any day are predicted.\n\nCloses HBR-12",
                labels=("enhancement",),
                reviews=(
                    Review(
                        BEN, "Can the step be a constant, so that the tests can make it coarser?", "CHANGES_REQUESTED"
                    ),
                    Review(BEN),
                ),
            ),
            {
                "src/tidewater/harmonics.py": _HARMONICS,
                "tests/test_harmonics.py": _TEST_HARMONICS,
                "CHANGELOG.md": announce(
                    "Added", "Predict the tides of any harbour from its harmonic constituents (#17)."
                ),
            },
        ),
        release("2025-05-12 09:00", BEN, "1.1.0"),
        squash(
            "2025-06-02 11:05",
            MIRA,
            PullRequest(
                21,
                "feat: export tides as a calendar",
                "Phones subscribe to it.",
                labels=("enhancement",),
                reviews=(
                    Review(
                        ADA,
                        "Two things before this can go in. Lines of more than 75 octets have to be folded, else Outlook "
                        "drops the event, and a summary with a comma needs a backslash. The times are right, I compared a "
                        "month of them with the almanac.",
                        "CHANGES_REQUESTED",
                    ),
                ),
            ),
            {
                "src/tidewater/calendar.py": _CALENDAR,
                "CHANGELOG.md": announce("Added", "Export tides as an iCalendar file (#21)."),
            },
        ),
        squash(
            "2025-06-16 16:20",
            ADA,
            PullRequest(
                24,
                "perf: compute the heights of a day at once",
                "The prediction of a day called `math.cos` 53,000 times. With one array operation for all minutes and "
                "constituents, p95 of a prediction goes from 420 ms to 38 ms (benchmarks/predict.py, 37 constituents).",
                labels=("performance",),
                reviews=(Review(BEN, "Great numbers."),),
            ),
            {
                "src/tidewater/harmonics.py": lambda before: (
                    before.partition("def predict(")[0].replace(
                        "from tidewater.tables", "import numpy as np\n\nfrom tidewater.tables"
                    )
                    + _PREDICT_AT_ONCE
                ),
                "benchmarks/predict.py": _BENCHMARK,
                "pyproject.toml": replace('"httpx>=0.27"', '"httpx>=0.27", "numpy>=2"'),
                "uv.lock": _lock(42, 2),
                "CHANGELOG.md": announce("Changed", "Predictions are eleven times faster (#24)."),
            },
        ),
        squash(
            "2025-06-23 10:15",
            ADA,
            PullRequest(
                26, "feat: keep predictions on disk", "So that nobody computes a day twice.", reviews=(Review(MIRA),)
            ),
            {
                "src/tidewater/cache.py": _CACHE,
                "CHANGELOG.md": announce("Added", "Predictions are kept on disk (#26)."),
            },
        ),
        Commit(
            "2025-06-30 09:45",
            ADA,
            'Revert "feat: keep predictions on disk (#26)"\n\nThe cache is slower than predicting since #24, and the folder '
            "is shared by all users of a machine.",
            {"src/tidewater/cache.py": None, "CHANGELOG.md": replace("- Predictions are kept on disk (#26).\n", "")},
        ),
        Commit("2025-07-07 08:30", ADA, "chore: update the lock file", {"uv.lock": _lock(44, 3)}),
        release("2025-07-14 09:00", BEN, "1.2.0"),
        squash(
            "2025-08-25 17:50",
            ADA,
            PullRequest(
                31,
                "fix(security): refuse names of harbours that leave the folder of data",
                "`/tides?harbour=../../../etc/passwd%00` read files outside of the folder of data. Names are checked "
                "against a pattern before they become part of a path.",
                labels=("security",),
                reviews=(Review(BEN, "Released as soon as CI is green."),),
            ),
            {
                "src/tidewater/harbours.py": _HARBOURS,
                "src/tidewater/tables.py": replace(
                    '(DATA / f"{harbour}.csv")', '(DATA / f"{check_name(harbour)}.csv")'
                ),
                "tests/test_harbours.py": _TEST_HARBOURS,
                "CHANGELOG.md": announce(
                    "Security", "Names of harbours can no longer leave the folder of data (path traversal) (#31)."
                ),
            },
        ),
        release("2025-08-26 07:30", BEN, "1.2.1"),
        Commit(
            "2025-09-15 09:20",
            ADA,
            "refactor: take the routes out of the handler",
            {"src/tidewater/routes.py": _ROUTES, "src/tidewater/stations.py": _STATIONS},
            branch="async-server",
        ),
        Commit(
            "2025-09-19 18:05",
            ADA_ON_HER_LAPTOP,
            "feat!: answer requests by an ASGI application",
            {"src/tidewater/app.py": _APP, "src/tidewater/server.py": None},
            branch="async-server",
        ),
        Commit(
            "2025-09-24 10:40",
            ADA,
            "test: thirty clients at once",
            {"tests/test_app.py": _TEST_APP},
            branch="async-server",
        ),
        Commit(
            "2025-09-26 12:00",
            ADA,
            "docs: how to run it behind uvicorn",
            {
                "README.md": replace("tidewater serve --port 8080", "uvicorn tidewater.app:app --port 8080"),
                "CHANGELOG.md": announce(
                    "Changed",
                    "The server is an ASGI application: `uvicorn tidewater.app:app` replaces `tidewater serve` (#36).",
                ),
            },
            branch="async-server",
        ),
        Commit(
            "2025-09-25 03:00", DEPENDABOT, "build(deps): bump numpy from 2.2.0 to 2.3.1", {"uv.lock": _lock(44, 4)}
        ),
        merge(
            "2025-09-29 14:10",
            BEN,
            PullRequest(
                36,
                "Rewrite the server on asyncio",
                "The old server answered one request after the other, and a slow client held up all others. The new one is an "
                "ASGI application: 30 clients are served in the time of one.\n\nPart of HBR-31",
                labels=("breaking",),
                reviews=(Review(BEN, "Read it twice. Let's go."), Review(MIRA)),
                branch="async-server",
            ),
        ),
        release("2025-11-03 10:00", BEN, "2.0.0"),
        squash(
            "2026-01-19 15:45",
            ADA,
            PullRequest(
                41,
                "feat: notify subscribers when a timetable changes",
                "Subscribers register a URL and a secret for a line. Each change is sent once, signed with HMAC-SHA256, and "
                "tried five times.\n\nCloses HBR-58",
                labels=("enhancement",),
                reviews=(Review(BEN), Review(MIRA, "Tried it with quayside, works.")),
            ),
            {
                "src/tidewater/webhooks.py": _WEBHOOKS,
                "src/tidewater/timetable.py": _TIMETABLE,
                "tests/test_webhooks.py": _TEST_WEBHOOKS,
                "CHANGELOG.md": announce("Added", "Webhooks: subscribers are notified when a timetable changes (#41)."),
            },
        ),
        Commit(
            "2026-02-09 11:30",
            BEN,
            "fix: keep the order of departures\n\nCo-authored-by: Ada Lindqvist <ada@example.org>",
            {"src/tidewater/timetable.py": replace("for each in times]", "for each in sorted(times)]")},
        ),
        release("2026-02-16 10:00", BEN, "2.1.0"),
        squash(
            "2026-03-30 09:05",
            ADA,
            PullRequest(
                44,
                "HBR-63: fix departures on the day that summer time begins",
                "The offset was that of midnight. It is that of the departure.",
                labels=("bug",),
                reviews=(Review(MIRA),),
            ),
            {
                "src/tidewater/timetable.py": replace(
                    "    midnight = dt.datetime.combine(day, dt.time(), ZONE).astimezone(dt.UTC)\n"
                    "    return [midnight + dt.timedelta(hours=each.hour, minutes=each.minute) for each in sorted(times)]",
                    "    return [dt.datetime.combine(day, each, ZONE).astimezone(dt.UTC) for each in sorted(times)]",
                ),
                "tests/test_timetable.py": _TEST_TIMETABLE,
                "CHANGELOG.md": announce(
                    "Fixed", "Ferries leave at the right time on the day that summer time begins (#44)."
                ),
            },
        ),
        squash(
            "2026-04-02 14:35",
            ADA,
            PullRequest(
                46,
                "HBR-63: fix departures in the hour that summer time skips",
                "02:30 does not exist on 29 March. Such a ferry leaves when the clock has moved on.",
                labels=("bug",),
                reviews=(Review(BEN),),
            ),
            {
                "src/tidewater/timetable.py": append(
                    "\n\ndef exists(at: dt.datetime) -> bool:\n"
                    '    """Whether a local time is not skipped by summer time."""\n'
                    "    return at.astimezone(dt.UTC).astimezone(at.tzinfo) == at\n"
                ),
                "tests/test_timetable.py": append(
                    "\n\ndef test_a_time_that_does_not_exist_is_an_hour_later():\n"
                    "    [one] = departures([dt.time(2, 30)], dt.date(2026, 3, 29))\n"
                    "    assert one == dt.datetime(2026, 3, 29, 1, 30, tzinfo=dt.UTC)\n"
                ),
            },
        ),
        release("2026-04-07 09:00", BEN, "2.1.1"),
        Commit(
            "2026-05-04 10:20",
            ADA,
            "ci: run the tests on three versions of Python",
            {".github/workflows/tests.yml": _WORKFLOW},
        ),
        squash(
            "2026-06-15 16:00",
            ADA,
            PullRequest(
                52,
                "feat: show expected delays beside departures",
                "Water, wind and hour go into the registered model `ferry-delay`; passengers see a delay from three minutes "
                "on. In May it was within four minutes for 87 % of the departures.\n\nCloses HBR-71",
                labels=("enhancement",),
                reviews=(Review(BEN, "The boundary of three minutes makes sense."), Review(MIRA)),
            ),
            {
                "src/tidewater/delays.py": _DELAYS,
                "tests/test_delays.py": _TEST_DELAYS,
                "pyproject.toml": replace('"numpy>=2"', '"mlflow-skinny>=3", "numpy>=2", "pandas>=2"'),
                "CHANGELOG.md": announce(
                    "Added", "Expected delays of departures, predicted from water and wind (#52)."
                ),
            },
        ),
        release("2026-07-06 09:00", BEN, "2.2.0"),
    ),
)
