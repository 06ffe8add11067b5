// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721Receiver} from "@openzeppelin/contracts/token/ERC721/IERC721Receiver.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

/// @title The brand's stock: first owner of every piece, so that no key is written into a batch
/// @notice It makes no call of its own. Pieces leave by claim, or by a request that an operator approved.
interface IStockAccount is IERC721Receiver, IERC1271 {
    /// @notice Says whether an operator approved `hash`.
    /// @dev The operator signs Approval(bytes32 hash) in the domain "Assay StockAccount", version "1", of this very
    /// account: one operator's key in two accounts cannot be replayed from one to the other.
    /// @param hash EIP-712 digest of the request, in the registry's domain
    /// @param signature 65 bytes, low s, by a current OPERATOR
    /// @return magic 0x1626ba7e when approved, else 0xffffffff
    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4 magic);
}
