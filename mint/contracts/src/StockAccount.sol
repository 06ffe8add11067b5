// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    AccessControlDefaultAdminRules
} from "@openzeppelin/contracts/access/extensions/AccessControlDefaultAdminRules.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {IERC721Receiver} from "@openzeppelin/contracts/token/ERC721/IERC721Receiver.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {IStockAccount} from "./interfaces/IStockAccount.sol";

/// @title The brand's stock
/// @notice See {IStockAccount}. Operators are granted and revoked by the default admin; a revoked operator's
/// signatures stop counting at once.
contract StockAccount is IStockAccount, AccessControlDefaultAdminRules, EIP712 {
    /// @notice May approve what leaves stock, and what is reported of it.
    bytes32 public constant OPERATOR = keccak256("OPERATOR");

    bytes32 private constant APPROVAL = keccak256("Approval(bytes32 hash)");
    bytes4 private constant NOT_APPROVED = 0xffffffff;

    /// @param admin First default admin; it grants OPERATOR and does not hold it by itself
    /// @param adminDelay Seconds between naming a new admin and its acceptance
    constructor(address admin, uint48 adminDelay)
        AccessControlDefaultAdminRules(adminDelay, admin)
        EIP712("Assay StockAccount", "1")
    {}

    /// @inheritdoc IStockAccount
    function isValidSignature(bytes32 hash, bytes calldata signature)
        external
        view
        override(IStockAccount)
        returns (bytes4)
    {
        bytes32 approval = _hashTypedDataV4(keccak256(abi.encode(APPROVAL, hash)));
        (address signer, ECDSA.RecoverError fault,) = ECDSA.tryRecoverCalldata(approval, signature);
        bool approved = fault == ECDSA.RecoverError.NoError && hasRole(OPERATOR, signer);
        return approved ? IERC1271.isValidSignature.selector : NOT_APPROVED;
    }

    /// @inheritdoc IERC721Receiver
    function onERC721Received(address, address, uint256, bytes calldata) external pure returns (bytes4) {
        return IERC721Receiver.onERC721Received.selector;
    }
}
