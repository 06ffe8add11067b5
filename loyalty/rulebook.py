"""The rules in force: a folder of TOML files, each sound in itself and none against another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from loyalty.errors import RuleError
from loyalty.events import EventKind
from loyalty.rule import RULE_MAX_BYTES, Condition, Limits, Rule, read_rule

RULES_MAX: Final = 64


class RuleBook:
    """Rules by the event they pay for; at most one for each. Raises RuleError for rules that are not sound."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules: Final = tuple(rules)
        for fault in faults_of([(rule.id, rule) for rule in self.rules]):
            raise fault
        self._by_event: Final = {rule.on: rule for rule in self.rules}

    def for_event(self, kind: EventKind) -> Rule | None:
        """Give the rule that pays for an event; None when nothing does."""
        return self._by_event.get(kind)

    @property
    def campaigns(self) -> tuple[str, ...]:
        """Name the campaigns that rules pay from."""
        return tuple(sorted({rule.campaign for rule in self.rules}))


def shipped_rules() -> RuleBook:
    """Give the rules that this package brings."""
    return load_rules(shipped_rules_folder())


def shipped_rules_folder() -> Path:
    """Name the folder of the rules that this package brings."""
    return Path(__file__).parent / "rules"


def load_rules(folder: Path) -> RuleBook:
    """Read the rules of a folder. Raises RuleError with the first fault; `lint` gives them all."""
    faults, rules = read_rules(folder)
    for fault in faults:
        raise fault
    return RuleBook(rules)


def lint(folder: Path) -> tuple[RuleError, ...]:
    """Give every fault of a folder of rules; none when all of them may be put in force."""
    return tuple(read_rules(folder)[0])


def read_rules(folder: Path) -> tuple[list[RuleError], list[Rule]]:
    """Read every `*.toml` of a folder: what is wrong with them, and the rules that can be read."""
    faults, named = [], []
    paths = sorted(islice(folder.glob("*.toml"), RULES_MAX + 1))
    if not paths:
        return [RuleError(str(folder), "", "no rule here: a rule is a file *.toml")], []
    if len(paths) > RULES_MAX:
        return [RuleError(str(folder), "", f"more than {RULES_MAX} rules")], []
    for path in paths:
        try:
            with path.open("rb") as file:
                named.append((path.name, read_rule(path.name, file.read(RULE_MAX_BYTES + 1))))
        except OSError as error:
            faults.append(RuleError(path.name, "", f"cannot be read: {error.strerror}"))
        except RuleError as error:
            faults.append(error)
    return faults + list(faults_of(named)), [rule for _, rule in named]


def faults_of(named: Sequence[tuple[str, Rule]]) -> Iterator[RuleError]:
    """Say what is wrong with rules that can be read: each alone, then one against another."""
    seen: dict[str, str] = {}
    for source, rule in named:
        yield from _faults_alone(source, rule)
        for what in (f"id {rule.id!r}", f"event {rule.on!s}"):
            if what in seen:
                yield RuleError(source, "", f"{what} belongs to {seen[what]} already")
            seen[what] = source


def _faults_alone(source: str, rule: Rule) -> Iterator[RuleError]:
    """Hold a rule to what the schema cannot say: nothing is paid without a bound, and nothing on doubt."""
    limits, unset = rule.limits, Limits()
    for condition in Condition:
        if condition not in rule.when:
            yield RuleError(source, "when", f"must hold {condition.value!r}: points are paid on nothing less")
    if not rule.once_per:
        yield RuleError(source, "once_per", "must name the item, the member or both: a fact happens once")
    if rule.expire_days <= rule.vest_days:
        yield RuleError(source, "expire/days", f"{rule.expire_days} is not after vesting ({rule.vest_days})")
    if rule.amount > rule.per_day:
        yield RuleError(source, "budget/per_day", f"{rule.per_day} never pays an award of {rule.amount}")
    if limits.item_kept >= limits.item_members:
        yield RuleError(source, "limits/item_kept", f"{limits.item_kept} of {limits.item_members} leaves nothing")
    if rule.on is EventKind.CHECK:
        for field in ("item_members", "item_kept", "member_day", "device_day"):
            if getattr(limits, field) == getattr(unset, field):
                yield RuleError(source, f"limits/{field}", "is missing: checks cost nothing, so each needs a bound")
