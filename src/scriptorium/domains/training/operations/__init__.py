"""Writing texts, progress and records of completion."""

from scriptorium.domains.training.operations.completions import (
    NoTextLoaded,
    Sat,
    Score,
    record_completion,
)
from scriptorium.domains.training.operations.content import (
    Loaded,
    NewChapter,
    NewSection,
    NewSource,
    load_course,
    load_manual,
)
from scriptorium.domains.training.operations.past import PastStudy, write_past_studies
from scriptorium.domains.training.operations.progress import (
    keep_place,
    mark_read,
    open_chapter,
    settle,
)

__all__ = [
    "Loaded",
    "NewChapter",
    "NewSection",
    "NewSource",
    "NoTextLoaded",
    "PastStudy",
    "Sat",
    "Score",
    "keep_place",
    "load_course",
    "load_manual",
    "mark_read",
    "open_chapter",
    "record_completion",
    "settle",
    "write_past_studies",
]
