"""Messages to the body, and appeals and complaints."""

from scriptorium.domains.support.models.cases import (
    Case,
    CaseInvolvement,
    CaseStep,
)
from scriptorium.domains.support.models.messages import (
    Message,
    Topic,
)

__all__ = [
    "Case",
    "CaseInvolvement",
    "CaseStep",
    "Message",
    "Topic",
]
