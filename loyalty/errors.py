"""What can go wrong with points. Each error says what did not happen and what to do."""

from __future__ import annotations


class LoyaltyError(Exception):
    """Base of every error of this package."""


class EventError(LoyaltyError, ValueError):
    """A field of an event is not in its form. Nothing was decided."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class WrongPolicyError(LoyaltyError, ValueError):
    """The verdict was drawn for another audience. Nothing was decided; judge again under policy AWARD."""

    def __init__(self, policy: str) -> None:
        super().__init__(f"points are paid on a verdict under policy AWARD, this one is under {policy}")
        self.policy = policy


class IdempotencyError(LoyaltyError):
    """The same id came with another request. Nothing was posted; draw a new id for a new request."""

    def __init__(self, key: str, transfer: int) -> None:
        super().__init__(f"id {key} was used for another request, transfer {transfer}")
        self.key = key
        self.transfer = transfer


class FloorError(LoyaltyError):
    """An account would fall under its floor. Nothing was posted."""

    def __init__(self, account: str, balance: int, amount: int) -> None:
        super().__init__(f"{account} holds {balance} points, {amount} were asked of it")
        self.account = account
        self.balance = balance
        self.amount = amount


class LotError(LoyaltyError):
    """A lot does not hold in an account what was asked of it. Nothing was posted."""

    def __init__(self, lot: int, account: str, held: int, amount: int) -> None:
        super().__init__(f"lot {lot} holds {held} points in {account}, {amount} were asked of it")
        self.lot = lot
        self.account = account
        self.held = held
        self.amount = amount


class FlowError(LoyaltyError, ValueError):
    """Value never moves that way for a transfer of this kind. Nothing was posted."""

    def __init__(self, kind: str, source: str, target: str) -> None:
        super().__init__(f"a transfer of kind {kind} moves nothing from {source} to {target}")
        self.kind = kind
        self.source = source
        self.target = target


class UnknownAwardError(LoyaltyError):
    """No such award, or it is somebody else's. Nothing was done."""

    def __init__(self, award: int) -> None:
        super().__init__(f"there is no award {award}")
        self.award = award


class LogSizeError(LoyaltyError):
    """The log never had this size: it was cut since somebody saw it, or what they saw was another log."""

    def __init__(self, first: int, second: int, size: int) -> None:
        super().__init__(f"the log has {size} entries; nothing leads from {first} to {second}")
        self.first = first
        self.second = second
        self.size = size


class NothingLeftError(LoyaltyError):
    """Nothing of the award can be taken back: it was spent, is held, expired or was taken back. Nothing was posted."""

    def __init__(self, award: int) -> None:
        super().__init__(f"nothing is left of award {award}")
        self.award = award


class UnknownCampaignError(LoyaltyError):
    """No rule pays from a campaign of this name. Nothing was funded."""

    def __init__(self, campaign: str, known: tuple[str, ...]) -> None:
        super().__init__(f"no rule pays from campaign {campaign!r}; there are {', '.join(known) or 'none'}")
        self.campaign = campaign
        self.known = known


class RuleError(LoyaltyError, ValueError):
    """A rule's file is not what a rule must be. No rule of its folder is in force; `assay points lint` tells all."""

    def __init__(self, source: str, field: str, reason: str) -> None:
        super().__init__(f"{source}: {field}: {reason}" if field else f"{source}: {reason}")
        self.source = source
        self.field = field
        self.reason = reason
