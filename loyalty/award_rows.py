"""What an award is written as. Pure: paying and auditing both come here."""

from __future__ import annotations

from loyalty.decide import Effects, Facts
from loyalty.events import AwardEvent
from loyalty.leaves import AwardDetails
from loyalty.rule import Rule
from loyalty.transfers import Account, AccountKind, Move, Transfer, TransferKind


def award_details(rule: Rule, event: AwardEvent, facts: Facts, effects: Effects) -> AwardDetails:
    """Write the row of an award."""
    item = str(event.item)
    return AwardDetails(
        rule=rule.hash,
        rule_id=rule.id,
        member=event.member,
        item=item,
        device=event.device,
        claimant=event.claimant,
        once=rule.once_key(event.member, item),
        day=facts.day,
        amount=effects.amount,
        day_spent=effects.day_spent,
        facts=facts.text(),
        vests_at=effects.vests_at,
        expires_at=effects.expires_at,
    )


def award_transfer(rule: Rule, event: AwardEvent, facts: Facts, effects: Effects) -> Transfer:
    """Write the movement of an award: from the campaign into the member's pending points."""
    campaign = Account(AccountKind.CAMPAIGN, rule.campaign)
    pending = Account(AccountKind.PENDING, event.member)
    return Transfer(
        kind=TransferKind.AWARD,
        key=event.key,
        body=event.body(),
        happened_at=event.happened_at,
        recorded_at=facts.recorded_at,
        moves=(Move(campaign, pending, effects.amount),),
    )
