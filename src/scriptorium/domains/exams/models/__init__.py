"""The exams' tables, one file per aggregate."""

from scriptorium.domains.exams.models.authoring import ItemSubmission, KeyCorrection
from scriptorium.domains.exams.models.browsers import BrowserKey, BrowserProof, BrowserWaiver
from scriptorium.domains.exams.models.forms import ExamVersion, Form, FormItem
from scriptorium.domains.exams.models.items import EnemyPair, Item, ItemReview, ItemVersion
from scriptorium.domains.exams.models.sittings import (
    Answer,
    Heartbeat,
    Outage,
    ScoreRun,
    Sitting,
    SittingCredit,
)
from scriptorium.domains.exams.models.studies import AngoffStudy, CutScore, Judge, Rating

__all__ = [
    "AngoffStudy",
    "Answer",
    "BrowserKey",
    "BrowserProof",
    "BrowserWaiver",
    "CutScore",
    "EnemyPair",
    "ExamVersion",
    "Form",
    "FormItem",
    "Heartbeat",
    "Item",
    "ItemReview",
    "ItemSubmission",
    "ItemVersion",
    "Judge",
    "KeyCorrection",
    "Outage",
    "Rating",
    "ScoreRun",
    "Sitting",
    "SittingCredit",
]
