"""People and labels of a workspace."""

from achievement_pipeline_tests.servers.linear import LinearServer, Workspace
from achievement_pipeline_tests.sources.linear.conftest import read


def test_a_workspace_with_many_people_and_labels_is_read_whole(server: LinearServer, workspace: Workspace) -> None:
    people = [workspace.add_user(f"{n}@example.org", f"Person {n}") for n in range(12)]
    labels = [workspace.add_label(f"label {n}") for n in range(12)]
    for person, label in zip(people, labels, strict=True):
        workspace.add_issue(assignee=person, labelIds=[label])
    found = read(server, page=5)
    assert set(found["assignee_email"]) == {f"{n}@example.org" for n in range(12)}
    assert set(found["labels"]) == {f'["label {n}"]' for n in range(12)}
