"""One plan for whatever an official file holds: made, shown and applied the same way for both kinds."""

from dataclasses import dataclass

from kooperation.audit import services as audit
from kooperation.register.models import ChangeFile, Edition
from kooperation.register.parse import ChangesFile, EditionFile
from kooperation.register.rules.labels import LEVELS_PLURAL
from kooperation.register.rules.sections import Section, changes_sections, edition_sections
from kooperation.register.rules.uploads import Summary, fingerprint
from kooperation.register.services.changes import PlannedChanges, apply_changes, plan_changes
from kooperation.register.services.editions import PlannedEdition, apply_edition, plan_import
from kooperation.register.services.storing import Progress

MOST_NOTICES = 50


@dataclass(frozen=True, slots=True)
class FilePlan:
    """A plan, what is shown of it, and by what another plan of the same file is told to be the same."""

    planned: PlannedEdition | PlannedChanges
    sections: list[Section]
    summary: Summary
    fingerprint: str

    @property
    def work(self) -> int:
        """How many rows applying it writes."""
        return self.planned.work if isinstance(self.planned, PlannedEdition) else len(self.planned.new)


def plan_file(file: EditionFile | ChangesFile) -> FilePlan:
    """Work out what importing a file would do; writes nothing and holds no lock.

    An older edition is planned as well, with a warning. Refuses an edition with the demonstration's Land.
    """
    if isinstance(file, EditionFile):
        planned = plan_import(file, force=True)
        sections = edition_sections(planned.plan)
        return FilePlan(planned, sections, _of_edition(planned, sections), fingerprint(file.sha256, sections))
    changes = plan_changes(file)
    sections = changes_sections(changes.new, changes.merged)
    return FilePlan(changes, sections, _of_changes(changes, sections), fingerprint(file.sha256, sections))


def apply_plan(plan: FilePlan, *, actor: audit.Actor, progress: Progress) -> Edition | ChangeFile | None:
    """Do what the plan says; gives what is remembered of the file. The caller commits.

    Refuses a plan that the register has moved on from since (RuleViolation).
    """
    if isinstance(plan.planned, PlannedEdition):
        return apply_edition(plan.planned, actor=actor, progress=progress)
    return apply_changes(plan.planned, actor=actor)


def _of_edition(planned: PlannedEdition, sections: list[Section]) -> Summary:
    plan, file, described = planned.plan, planned.file, planned.described
    return Summary(
        kind=file.format.value,
        starts_on=None,
        ends_on=file.edition_date.isoformat(),
        figures=[(LEVELS_PLURAL[level], count) for level, count in described.counts.items()],
        sections=_counted(sections),
        warnings=list(planned.warnings),
        notices=[notice.text for notice in described.notices[:MOST_NOTICES]],
        gone=len(plan.dissolved),
        is_empty=planned.is_known and plan.is_empty,
    )


def _of_changes(planned: PlannedChanges, sections: list[Section]) -> Summary:
    file = planned.file
    return Summary(
        kind="Gebietsänderungen",
        starts_on=file.starts_on.isoformat(),
        ends_on=file.ends_on.isoformat(),
        figures=[("Zeilen der Datei", len(file.records)), ("Davon neu", len(planned.new))],
        sections=_counted(sections),
        warnings=["Alle Zeilen dieser Datei sind schon eingelesen."] if planned.is_empty else [],
        notices=[],
        gone=0,
        is_empty=planned.is_empty,
    )


def _counted(sections: list[Section]) -> list[tuple[str, int]]:
    return [(section.title, section.count) for section in sections]
