// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Contract-level metadata, ERC-7572.
interface IERC7572 {
    /// @notice The text behind {contractURI} was replaced.
    event ContractURIUpdated();

    /// @notice Where the document about the whole collection is found.
    function contractURI() external view returns (string memory);
}
