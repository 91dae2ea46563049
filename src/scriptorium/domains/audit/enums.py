"""The keys of the audit trail, each with the sentence that a person reads.

``{name}`` in a sentence is filled from the event's data; a key without a sentence cannot be
recorded (DESIGN §2, architecture tests).
"""

from __future__ import annotations

SENTENCES: dict[str, str] = {
    "account.activated": "{name} accepted the invitation and activated the account",
    "account.email_changed": "The e-mail address changed",
    "account.email_change_requested": "A change of the e-mail address was asked for",
    "account.profile_changed": "Profile details changed: {fields}",
    "account.certificate_name_requested": "A new name on certificates was asked for: {wanted}",
    "account.certificate_name_decided": "The request for a new certificate name was {decision}",
    "practice.created": "The practice {name} was created",
    "practice.settings_changed": "Practice settings changed: {fields}",
    "roster.person_added": "{name} was added to the roster",
    "roster.person_changed": "{name}'s roster details changed: {fields}",
    "roster.link_ended": "{name}'s link with the practice ended: {reason}",
    "roster.role_given": "{name} became {role}",
    "roster.role_ended": "{name} is no longer {role}",
    "roster.invited": "{name} was invited",
    "roster.invitation_resent": "The invitation of {name} was sent again",
    "roster.invitation_expired": "The invitation of {name} expired",
    "roster.joined": "{name} joined the practice",
    "roster.imported": "A list was imported: {added} added, {changed} changed, {rejected} rejected",
    "handover.proposed": "{name} was asked to become primary administrator",
    "handover.accepted": "{name} became primary administrator",
    "handover.declined": "{name} declined to become primary administrator",
    "handover.withdrawn": "The hand-over to {name} was withdrawn",
    "supervision.started": "{physician} supervises {scribe} from {starts_on}",
    "supervision.ended": "{physician} no longer supervises {scribe}",
    "units.granted": "{count} × {kind} entered the ledger: {reason}",
    "units.adjusted": "{count} × {kind} left the ledger: {reason}",
    "units.expired": "{count} × {kind} expired",
    "unit.assigned": "{kind} assigned to {name}",
    "unit.reserved": "{kind} reserved for {name}",
    "unit.released": "{kind} taken back from {name}: {reason}",
    "unit.started": "{kind} of {name} started",
    "unit.completed": "{kind} of {name} completed",
    "assignment.undone": "The assignment of {kind} to {name} was undone",
    "membership.renewed": "{name}'s membership was extended to {ends_before}",
    "membership.started": "{name}'s membership started, paid until {ends_before}",
    "membership.mode_changed": "{name}'s renewal was set to {mode}",
    "membership.lapse_moved": "The day on which {name}'s membership lapses moved to {lapses_on}",
    "credential.brought_forward": "{name}'s {level} was brought forward by a staff decision",
    "certificate.issued": "Certificate {number} was issued to {name}",
    "certificate.voided": "Certificate {number} was voided: {reason}",
    "certificate.print_requested": "Certificates of {year} were put together as one file",
    "support.message_received": "A message was sent to the body: {topic}",
    "support.message_answered": "A message to the body was answered: {topic}",
    "demo.created": "The demonstration data was made",
}
