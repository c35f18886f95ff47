"""Every lane is complete: what the rest of the program reads of its record is there."""

from pkgutil import resolve_name

import pytest

from achievement_pipeline.defs.build import build_defs, repository_assets
from achievement_pipeline.defs.jobs import JOBS
from achievement_pipeline.errors import SettingsError
from achievement_pipeline.lanes import LANES, Lane, is_public_by_default, kinds, lane_of, parse_key, sources_of_kinds
from achievement_pipeline.parsing.patterns import escape
from achievement_pipeline.settings import Environment, load_settings
from achievement_pipeline.system.child_processes import child_environment

pytestmark = pytest.mark.usefixtures("home")

each_lane = pytest.mark.parametrize("lane", LANES, ids=lambda lane: lane.name)


@each_lane
def test_its_assets_are_defined_in_its_module_in_a_group_of_its_name(lane: Lane) -> None:
    graph = build_defs(load_settings()).resolve_asset_graph()
    group = {key.to_user_string() for key in graph.get_all_asset_keys() if graph.get(key).group_name == lane.name}
    assert {*lane.assets, *lane.raw} <= group
    assert (lane.activities in repository_assets()) == lane.by_repository


@each_lane
def test_achievements_depends_on_it(lane: Lane) -> None:
    graph = build_defs(load_settings()).resolve_asset_graph()
    [achievements] = [key for key in graph.get_all_asset_keys() if key.to_user_string() == "achievements"]
    assert set(lane.assets) <= {key.to_user_string() for key in graph.get(achievements).parent_keys}


@each_lane
def test_it_has_a_job_a_schedule_and_a_sensor(lane: Lane) -> None:
    repository = build_defs(load_settings()).get_repository_def()
    assert lane.job in {job.name for job in JOBS}
    assert repository.has_schedule_def(f"nightly_{lane.name}")
    assert lane.sensor is None or repository.has_sensor_def(lane.sensor)
    assert any(sensor.job_name == lane.job for sensor in repository.sensor_defs if sensor.targets)


@each_lane
def test_what_switches_it_on_is_a_setting(lane: Lane, monkeypatch: pytest.MonkeyPatch) -> None:
    variable = lane.switch.partition(",")[0]
    assert variable.lower() in Environment.model_fields
    monkeypatch.setenv(f"{lane.variables}OF_A_TEST", "1")
    assert f"{lane.variables}OF_A_TEST" in child_environment()
    assert any(name.upper().startswith(lane.variables) for name in Environment.model_fields)
    assert variable in lane.why_off
    assert lane.seconds(load_settings()) > 0


@each_lane
def test_it_has_words_for_people(lane: Lane) -> None:
    assert all((lane.label, lane.work, lane.remedy, *lane.raw.values(), *lane.kinds.values()))


@each_lane
def test_its_rules_are_a_table_of_its_name(lane: Lane) -> None:
    if lane.rules:
        rules = resolve_name(lane.rules)
        assert isinstance(load_settings().rules.of_lane(rules), rules)
        assert type(load_settings().rules).model_fields[lane.name].annotation is rules


@each_lane
def test_its_client_says_how_to_switch_it_on_while_it_is_off(lane: Lane) -> None:
    if lane.client:
        with pytest.raises(SettingsError, match=escape(lane.why_off)):
            lane.connect(load_settings())


@each_lane
def test_its_keys_are_its_own_and_private_unless_known_to_be_public(lane: Lane) -> None:
    for form in lane.keys:
        key = parse_key(str(form.make("github.com/acme/engine" if form.separator else "", "12")))
        assert key is not None
        assert key.form == form
        assert is_public_by_default(key) == lane.is_public


def test_no_two_lanes_share_a_name_a_kind_a_prefix_or_an_asset() -> None:
    for names in (
        [lane.name for lane in LANES],
        [kind for lane in LANES for kind in lane.kinds],
        [form.prefix for lane in LANES for form in lane.keys],
        [asset for lane in LANES for asset in (*lane.assets, *lane.raw)],
    ):
        assert len(names) == len(set(names))
    assert kinds().keys() == sources_of_kinds().keys()


@each_lane
def test_a_slice_is_named_after_its_lane(lane: Lane) -> None:
    assert lane_of(lane.slice_name("github.com/acme/engine")) == lane_of(lane.slice_name()) == lane
