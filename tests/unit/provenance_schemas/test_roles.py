import pytest

from provenance_schemas.roles import GRANTABLE, ROLE_KINDS, Role, kinds_bitmap, kinds_of, role_bitmap
from provenance_schemas.step_kinds import BATCH_RECORDABLE, RECORDABLE, EntryKind


@pytest.mark.parametrize("role", Role)
def test_every_role_has_a_bitmap_the_registry_takes(role):
    """Packed and unpacked, the same kinds; nothing above 64 bits."""
    bitmap = role_bitmap(role)

    assert ROLE_KINDS[role] == kinds_of(bitmap)
    assert 0 < bitmap < 2**64


def test_every_kind_an_actor_may_record_belongs_to_some_role():
    """No step of the registry is left without anyone to write it."""
    assert frozenset().union(*ROLE_KINDS.values()) == GRANTABLE
    assert GRANTABLE == RECORDABLE | BATCH_RECORDABLE


@pytest.mark.parametrize("kind", EntryKind)
def test_only_recordable_kinds_are_granted(kind):
    """Bit n stands for kind n; a status change is nobody's to grant."""
    if kind in GRANTABLE:
        assert 1 << kind == kinds_bitmap([kind])
    else:
        with pytest.raises(ValueError, match=kind.word):
            kinds_bitmap([kind])


@pytest.mark.parametrize("bitmap", [1, 1 << 12, 1 << 63, (1 << 9) | (1 << 24), -1])
def test_a_bitmap_with_another_bit_is_refused(bitmap):
    """A registry that answers this is not ours."""
    with pytest.raises(ValueError, match="cannot be granted"):
        kinds_of(bitmap)


def test_a_carrier_cannot_sell_and_a_boutique_cannot_make():
    """The trades are kept apart."""
    assert EntryKind.SOLD not in ROLE_KINDS[Role.CARRIER]
    assert EntryKind.MANUFACTURED not in ROLE_KINDS[Role.BOUTIQUE]
    assert [role for role in Role if EntryKind.SOLD in ROLE_KINDS[role]] == [Role.BOUTIQUE]
