// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Items} from "./Items.sol";

/// @title What it takes to believe a signed request
abstract contract Requests is Items, EIP712("Assay ItemRegistry", "1") {
    /// @dev Passes only when `signer`, an account or an ERC-1271 contract, signed the request and it is in time.
    function _requireSigned(address signer, bytes32 request, uint256 deadline, bytes calldata signature)
        internal
        view
    {
        _requireInTime(deadline);
        if (!SignatureChecker.isValidSignatureNowCalldata(signer, _hashTypedDataV4(request), signature)) {
            revert ItemRegistrySignatureInvalid(signer);
        }
    }

    /// @dev The same for a bare key: never a contract, high s refused.
    function _requireSignedByKey(address key, bytes32 request, uint256 deadline, bytes calldata signature)
        internal
        view
    {
        _requireInTime(deadline);
        (address signer, ECDSA.RecoverError fault,) =
            ECDSA.tryRecoverCalldata(_hashTypedDataV4(request), signature);
        if (fault != ECDSA.RecoverError.NoError || signer != key) revert ItemRegistrySignatureInvalid(key);
    }

    /// @dev A word never comes back, so a request that names it works once.
    function _requireState(uint256 tokenId, uint256 expectedState) internal view {
        uint256 word = state[tokenId];
        if (word != expectedState) revert ItemRegistryStateChanged(tokenId, expectedState, word);
    }

    function _requireInTime(uint256 deadline) private view {
        if (block.timestamp > deadline) revert ItemRegistryDeadlinePassed(deadline);
    }
}
