"""What holds for people and staff."""

from scriptorium.domains.accounts.rules.staff import RolesExclude, can_hold, check_can_hold

__all__ = ["RolesExclude", "can_hold", "check_can_hold"]
