// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    AccessControlDefaultAdminRules
} from "@openzeppelin/contracts/access/extensions/AccessControlDefaultAdminRules.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {IERC7572} from "./interfaces/IERC7572.sol";
import {IItemRegistry} from "./interfaces/IItemRegistry.sol";
import {Ownership} from "./registry/Ownership.sol";
import {Steps} from "./registry/Steps.sol";

/// @title The register of one brand's pieces
/// @notice See {IItemRegistry}. It cannot be upgraded; a successor is named in the trust registry.
contract ItemRegistry is Steps, Ownership {
    uint256 private constant URI_BYTES_MAX = 512;

    /// @inheritdoc IERC7572
    string public override contractURI;

    /// @param name_ Of the collection, for wallets
    /// @param symbol_ Of the collection, for wallets
    /// @param admin First default admin; it grants the other roles and holds none of them by itself
    /// @param adminDelay Seconds between naming a new admin and its acceptance
    constructor(string memory name_, string memory symbol_, address admin, uint48 adminDelay)
        ERC721(name_, symbol_)
        AccessControlDefaultAdminRules(adminDelay, admin)
    {}

    /// @inheritdoc IItemRegistry
    function setContractURI(string calldata uri) external onlyRole(DEFAULT_ADMIN_ROLE) {
        uint256 length = bytes(uri).length;
        if (length > URI_BYTES_MAX) revert ItemRegistryLengthInvalid(length, URI_BYTES_MAX);
        contractURI = uri;
        emit ContractURIUpdated();
    }
}
