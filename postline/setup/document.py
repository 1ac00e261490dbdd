"""A set-up file: JSON with a list of entries for each section. Read here, and written from a project."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from pydantic import TypeAdapter, ValidationError

from postline.kit.text import readable
from postline.projects.models import Project
from postline.projects.rights import Reach
from postline.setup.faults import Fault, WrongFile, from_reading
from postline.setup.section import Entry, Section
from postline.setup.sections import SECTIONS

FORMAT, VERSION = "postline-set-up", 1
LARGEST = 5_000_000  # bytes
Document = Mapping[str, Sequence[Entry]]  # the entries of each section that the file has


def read(content: bytes) -> Document:
    """The checked entries of a file. Raises WrongFile with everything that is wrong with its form."""
    if len(content) > LARGEST:
        raise WrongFile([Fault(_("the file"), _("It is larger than %(size)d MB.") % {"size": LARGEST // 1_000_000})])
    try:
        whole = _storable(json.loads(content.decode("utf-8-sig")))
    except UnicodeDecodeError as error:
        raise WrongFile([Fault(_("the file"), _("It is no text in UTF-8."))]) from error
    except json.JSONDecodeError as error:
        place = _("line %(line)d, column %(column)d") % {"line": error.lineno, "column": error.colno}
        raise WrongFile([Fault(place, _("This is no JSON: %(what)s.") % {"what": error.msg})]) from error
    except (RecursionError, ValueError) as error:
        raise WrongFile(
            [Fault(_("the file"), _("It is nested too deep, or has a number that is too long."))]
        ) from error
    if not isinstance(whole, dict) or whole.get("format") != FORMAT:
        raise WrongFile([Fault(_("the file"), _("It is no set-up file of Postline."))])
    if whole.get("version") != VERSION:
        words = _("Its version is %(version)s; this Postline reads version %(ours)d.")
        raise WrongFile([Fault("version", words % {"version": whole.get("version"), "ours": VERSION})])
    return from_dict(whole)


def from_dict(whole: Mapping[str, Any]) -> Document:
    """As `read`, from JSON that has been read."""
    faults: list[Fault] = []
    document: dict[str, Sequence[Entry]] = {}
    for name, value in whole.items():
        section = next((one for one in SECTIONS if one.name == name), None)
        if section is not None:
            document[name] = _entries(section, value, faults)
        elif name not in ("format", "version"):
            faults.append(Fault(name, _("This is not known here. Is it misspelt?")))
    if faults:
        raise WrongFile(faults)
    return document


def write(document: Document) -> bytes:
    """The file, as a person would like to read and compare it."""
    whole: dict[str, Any] = {"format": FORMAT, "version": VERSION}
    whole |= {name: [entry.written() for entry in entries] for name, entries in document.items()}
    return json.dumps(whole, ensure_ascii=False, indent=2).encode() + b"\n"


def export(reach: Reach, project: Project, *, sections: Collection[str] | None = None) -> Document:
    """What the person may set up of the project: the sections asked for, or all."""
    return {
        section.name: section.export(project)
        for section in open_to(reach, project)
        if sections is None or section.name in sections
    }


def open_to(reach: Reach, project: Project) -> list[Section]:
    """The sections that the person may read and bring into this project."""
    return [section for section in SECTIONS if section.missing(reach, project) is None]


def _storable(value: Any) -> Any:
    """Without what a database cannot keep: an escape such as `\\u0000` hides it from the text of the file."""
    match value:
        case str():
            return readable(value)
        case list():
            return [_storable(one) for one in value]
        case dict():
            return {readable(name): _storable(one) for name, one in value.items()}
    return value


def _entries(section: Section, value: Any, faults: list[Fault]) -> Sequence[Entry]:
    try:
        entries = TypeAdapter(list[section.entry]).validate_python(value)  # type: ignore[name-defined]
    except ValidationError as error:
        faults += from_reading(section.name, error.errors())
        return []
    seen: set[str] = set()
    for entry in entries:
        if entry.key in seen:
            faults.append(Fault(f"{section.name} › {entry.key}", _("This is there twice.")))
        seen.add(entry.key)
    return entries
