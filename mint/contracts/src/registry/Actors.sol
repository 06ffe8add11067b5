// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {
    AccessControlDefaultAdminRules
} from "@openzeppelin/contracts/access/extensions/AccessControlDefaultAdminRules.sol";
import {Actor} from "../interfaces/ItemTypes.sol";
import {IItemRegistry} from "../interfaces/IItemRegistry.sol";
import {StepKinds} from "../libraries/StepKinds.sol";

/// @title Who may do what
abstract contract Actors is IItemRegistry, AccessControlDefaultAdminRules {
    using StepKinds for uint32;

    /// @notice May register batches and replace claim keys.
    bytes32 public constant REGISTRAR = keccak256("REGISTRAR");
    /// @notice May recall, retire, revoke, void, and withdraw reports.
    bytes32 public constant GUARDIAN = keccak256("GUARDIAN");
    /// @notice May set, remove and dispute actors.
    bytes32 public constant ACTOR_ADMIN = keccak256("ACTOR_ADMIN");

    /// @dev How far back a dispute may reach. A thief of the admin key cannot undo a brand's whole past.
    uint64 private constant DISPUTE_MAX = 90 days;

    /// @inheritdoc IItemRegistry
    mapping(address account => Actor) public override actors;

    /// @inheritdoc IItemRegistry
    function setActor(address actor, uint64 kinds, uint64 validFrom, uint64 validUntil)
        external
        onlyRole(ACTOR_ADMIN)
    {
        if (kinds == 0 || kinds & ~StepKinds.GRANTABLE != 0) revert ItemRegistryKindsInvalid(kinds);
        if (validFrom >= validUntil || validUntil <= block.timestamp) {
            revert ItemRegistryValidityInvalid(validFrom, validUntil);
        }
        Actor storage held = actors[actor];
        held.kinds = kinds;
        held.validFrom = validFrom;
        held.validUntil = validUntil;
        emit ActorSet(actor, kinds, validFrom, validUntil);
    }

    /// @inheritdoc IItemRegistry
    function removeActor(address actor) external onlyRole(ACTOR_ADMIN) {
        Actor storage held = actors[actor];
        if (held.kinds == 0) revert ItemRegistryActorNotAllowed(actor, 0);
        uint64 validUntil = held.validUntil;
        if (validUntil > block.timestamp) validUntil = uint64(block.timestamp);
        held.validUntil = validUntil;
        emit ActorRemoved(actor, validUntil);
    }

    /// @inheritdoc IItemRegistry
    function dispute(address account, uint64 since) external onlyRole(ACTOR_ADMIN) {
        Actor storage held = actors[account];
        if (held.disputedSince != 0) revert ItemRegistryActorDisputed(account, held.disputedSince);
        if (since == 0 || since > block.timestamp || block.timestamp - since > DISPUTE_MAX) {
            revert ItemRegistryDisputeOutOfRange(since, block.timestamp);
        }
        held.disputedSince = since;
        emit ActorDisputed(account, since);
        // Here, so that a registration need not pay for asking.
        _revokeRole(REGISTRAR, account);
        _revokeRole(GUARDIAN, account);
    }

    /// @dev A disputed account gets no role, else it could record again.
    function _grantRole(bytes32 role, address account) internal override returns (bool) {
        uint64 since = actors[account].disputedSince;
        if (since != 0) revert ItemRegistryActorDisputed(account, since);
        return super._grantRole(role, account);
    }

    /// @dev Passes only when `actor` may record `kind` at this block.
    function _requireActor(address actor, uint32 kind) internal view {
        Actor memory held = actors[actor];
        if (held.disputedSince != 0) revert ItemRegistryActorDisputed(actor, held.disputedSince);
        if (!kind.isIn(held.kinds) || block.timestamp < held.validFrom || block.timestamp >= held.validUntil)
        {
            revert ItemRegistryActorNotAllowed(actor, kind);
        }
    }
}
