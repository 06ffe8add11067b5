"""Few transactions, and every piece's steps in their order."""

from hypothesis import given
from hypothesis import strategies as st

from mint.limits import STEPS_PER_TRANSACTION_MAX
from mint.step_calls import StepCall, group_steps, is_guarded, is_recordable
from provenance_schemas.ids import BatchId
from provenance_schemas.step_kinds import BATCH_RECORDABLE, RECORDABLE, EntryKind
from tests.fakes.desk import CONTRACT

BATCHES = [BatchId(31337, CONTRACT, number) for number in (1, 2)]


def call(subject, kind=EntryKind.SHIPPED, sender="house", document=b"d"):
    return StepCall(subject, kind, document, sender)


def test_steps_of_one_kind_and_sender_share_a_transaction():
    """Up to the limit of one call."""
    steps = [call(BATCHES[0].item(index)) for index in range(STEPS_PER_TRANSACTION_MAX + 1)]

    assert [len(one.steps) for one in group_steps(steps)] == [STEPS_PER_TRANSACTION_MAX, 1]


def test_a_thousand_pieces_through_three_kinds_take_thirty_transactions():
    """Piece by piece in the file, kind by kind on the ledger."""
    kinds = (EntryKind.SOURCED, EntryKind.MANUFACTURED, EntryKind.INSPECTED)
    steps = [call(BATCHES[0].item(index), kind) for index in range(1000) for kind in kinds]

    transactions = group_steps(steps)

    assert len(transactions) == 30
    assert {0} == {one.wave for one in transactions}


def test_a_piece_that_goes_to_another_sender_waits_for_the_block():
    """Two accounts' transactions of one block have no order."""
    bag = BATCHES[0].item(0)

    first, second = group_steps([call(bag), call(bag, EntryKind.SOLD, "paris")])

    assert (first.wave, second.wave) == (0, 1)


def test_status_changes_go_alone_through_their_own_calls():
    """The guardian's calls take one piece."""
    steps = [call(BATCHES[0].item(index), EntryKind.REVOKED, "guardian") for index in range(2)]

    assert [one.call()[0] for one in group_steps(steps)] == ["revoke", "revoke"]


subjects = st.one_of(
    st.sampled_from(BATCHES),
    st.builds(lambda batch, index: batch.item(index), st.sampled_from(BATCHES), st.integers(0, 3)),
)
calls = st.builds(
    call,
    subjects,
    st.sampled_from([EntryKind.SHIPPED, EntryKind.RECEIVED, EntryKind.REVOKED]),
    st.sampled_from(["house", "paris"]),
)


@given(st.lists(calls, max_size=40))
def test_every_piece_and_its_batch_keep_their_order(steps):
    """Whatever the mix: no step is lost, and none overtakes another that concerns the same piece."""
    steps = [StepCall(s.subject, s.kind, bytes([n]), s.sender) for n, s in enumerate(steps)]
    transactions = group_steps(steps)
    place = {
        step.document: (one.wave, position, number)
        for position, one in enumerate(transactions)
        for number, step in enumerate(one.steps)
    }

    assert len(steps) == len(place)
    for later in range(len(steps)):
        for earlier in range(later):
            before, after = steps[earlier], steps[later]
            if not _concern_each_other(before.subject, after.subject):
                continue
            assert place[before.document] < place[after.document]
            if before.sender != after.sender:
                assert place[before.document][0] < place[after.document][0]


def _concern_each_other(one, other):
    if isinstance(one, BatchId) or isinstance(other, BatchId):
        return (one if isinstance(one, BatchId) else one.batch) == (
            other if isinstance(other, BatchId) else other.batch
        )
    return one == other


def test_what_can_be_recorded_is_what_the_contract_takes():
    """The table of kinds, for pieces and for batches, with the guardian's own calls."""
    item = BATCHES[0].item(0)
    guarded = {EntryKind.RECALLED, EntryKind.RETIRED, EntryKind.REVOKED}

    assert RECORDABLE | guarded == {kind for kind in EntryKind if is_recordable(kind, item)}
    assert BATCH_RECORDABLE | {EntryKind.REVOKED} == {k for k in EntryKind if is_recordable(k, BATCHES[0])}
    assert not is_guarded(EntryKind.RECALLED, BATCHES[0])
