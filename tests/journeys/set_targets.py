"""Give the small department of POSTLINE_HOME targets and an escalation: `python -m …`."""

from __future__ import annotations

from postline.kit import clock
from postline.ops import django


def main() -> None:
    """A first answer within half an hour, else the leads are told and it is moved; a solution within two days."""
    django.set_up()
    from postline.projects.models import Act, Metric, Person, Project, Queue  # noqa: PLC0415 - needs Django set up
    from postline.projects.rights import reach_of  # noqa: PLC0415
    from postline.projects.targets import Step, TargetSettings, add_target  # noqa: PLC0415

    lead = reach_of(Person.objects.get(login="lead"))
    mail = Project.objects.get(slug="mail")
    web = Queue.objects.get(project=mail, slug="web")
    steps = [Step(after_minutes=0, act=Act.NOTIFY), Step(after_minutes=10, act=Act.MOVE, queue=web)]
    first = TargetSettings(metric=Metric.FIRST_ANSWER, minutes=30, warn_minutes=5, steps=steps)
    solution = TargetSettings(metric=Metric.SOLUTION, minutes=2880)
    for settings in (first, solution):
        add_target(lead, project=mail, settings=settings, now=clock.now())


if __name__ == "__main__":
    main()
