"""The greatest projects of a person."""

from achievement_pipeline.channels import BRAG
from achievement_pipeline.publishing.documents.parts.projects import greatest_projects
from achievement_pipeline_tests.publishing.views import public, view


def test_only_what_is_shown_belongs_to_a_project_and_parts_of_another_are_left_out() -> None:
    work = public(BRAG, *(view(f"Work {number}", number=number) for number in range(5)))
    keys = [each.id for each in work]
    projects = [keys, keys[:3], ["hidden", *keys[:2]]]
    assert [[each.id for each in members] for members in greatest_projects(work, projects)] == [sorted(keys)]
