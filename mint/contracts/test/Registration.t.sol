// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IItemRegistry} from "../src/interfaces/IItemRegistry.sol";
import {IItemRegistryErrors as Errors} from "../src/interfaces/IItemRegistryErrors.sol";
import {Item} from "../src/interfaces/ItemTypes.sol";
import {PassportUri} from "../src/libraries/PassportUri.sol";
import {Fixture} from "./support/Fixture.sol";
import {Vm} from "./support/Vm.sol";

/// @dev How pieces come to be, and what can be read of them at once.
contract RegistrationTest is Fixture {
    uint64 private constant NEW = 77;

    function test_APieceIsOwnedByStockFromTheFirstMoment() public view {
        same(address(stock), registry.ownerOf(token(3)));
        same(COUNT, registry.balanceOf(address(stock)));
    }

    function test_ItemTellsEverythingInOneCall() public {
        step(token(2), SERVICED);
        Item memory item = registry.item(token(2));

        same(address(stock), item.owner);
        same(registry.state(token(2)), item.state);
        same(registry.batchState(BATCH), item.batchState);
        same(uint256(BATCH), item.batchId);
        same(2, item.index);
        same(COUNT, item.count);
        same(START, item.registeredAt);
        same(address(stock), item.stockAccount);
        same(PASSPORTS, item.passports);
        same(claimRoot(BATCH, COUNT), item.claimRoot);
        same(address(0), item.claimKey);
    }

    function test_EveryPieceGetsItsTransferEvent() public {
        vm.recordLogs();
        register(NEW, 3);
        Vm.Log[] memory logs = vm.getRecordedLogs();

        same(4, logs.length);
        for (uint32 i = 0; i < 3; ++i) {
            same(keccak256("Transfer(address,address,uint256)"), logs[i].topics[0]);
            same(bytes32(0), logs[i].topics[1]);
            same(bytes32(uint256(uint160(address(stock)))), logs[i].topics[2]);
            same(bytes32(tokenOf(NEW, i)), logs[i].topics[3]);
        }
    }

    function test_TokenUriNamesTheFileOfSixtyFour() public {
        register(NEW, 200);

        string memory folder = string.concat("ipfs://", PassportUri.cid(PASSPORTS));
        same(string.concat(folder, "/0/0.json"), registry.tokenURI(tokenOf(NEW, 0)));
        same(string.concat(folder, "/0/63.json"), registry.tokenURI(tokenOf(NEW, 63)));
        same(string.concat(folder, "/2/2.json"), registry.tokenURI(tokenOf(NEW, 130)));
    }

    function test_BatchZeroIsRefused() public {
        refused(abi.encodeWithSelector(Errors.ItemRegistryBatchIdZero.selector));
        registry.registerBatch(0, 1, PASSPORTS, DOCUMENT, address(stock));
    }

    function test_ABatchIdIsNeverUsedTwice() public {
        refused(abi.encodeWithSelector(Errors.ItemRegistryBatchExists.selector, BATCH));
        registry.registerBatch(BATCH, 1, PASSPORTS, DOCUMENT, address(stock));
    }

    function test_AnEmptyBatchIsRefused() public {
        refused(abi.encodeWithSelector(Errors.ItemRegistryCountOutOfRange.selector, 0, 4096));
        registry.registerBatch(NEW, 0, PASSPORTS, DOCUMENT, address(stock));
    }

    function test_MoreThan4096PiecesAreRefused() public {
        refused(abi.encodeWithSelector(Errors.ItemRegistryCountOutOfRange.selector, 4097, 4096));
        registry.registerBatch(NEW, 4097, PASSPORTS, DOCUMENT, address(stock));
    }

    function test_PassportsMustBeNamed() public {
        refused(abi.encodeWithSelector(Errors.ItemRegistryDocumentZero.selector));
        registry.registerBatch(NEW, 1, 0, DOCUMENT, address(stock));
    }

    function test_StockAccountMustBeAContract() public {
        refused(abi.encodeWithSelector(Errors.ItemRegistryStockAccountInvalid.selector, stranger));
        registry.registerBatch(NEW, 1, PASSPORTS, DOCUMENT, stranger);
    }

    function test_OnlyARegistrarRegisters() public {
        bytes32 role = registry.REGISTRAR();
        vm.expectRevert(
            abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, admin, role)
        );
        vm.prank(admin);
        registry.registerBatch(NEW, 1, PASSPORTS, DOCUMENT, address(stock));
    }

    function test_APieceBeyondItsBatchDoesNotExist() public {
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, token(COUNT)));
        registry.ownerOf(token(COUNT));
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, token(COUNT)));
        registry.item(token(COUNT));
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, token(COUNT)));
        registry.tokenURI(token(COUNT));
    }

    /// @dev Bits above the 96 used must not lead back to a registered batch.
    function test_ALongerNumberIsNoAlias(uint256 high) public {
        uint256 alias_ = between(high, 1, type(uint160).max) << 96 | token(0);
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, alias_));
        registry.ownerOf(alias_);
    }

    function test_InterfacesAreAnnounced() public view {
        holds(registry.supportsInterface(0x01ffc9a7), "ERC-165");
        holds(registry.supportsInterface(0x80ac58cd), "ERC-721");
        holds(registry.supportsInterface(0x5b5e139f), "ERC-721 metadata");
        holds(registry.supportsInterface(0x7965db0b), "AccessControl");
        holds(registry.supportsInterface(0x31498786), "AccessControlDefaultAdminRules");
        holds(registry.supportsInterface(type(IItemRegistry).interfaceId), "IItemRegistry");
        holds(!registry.supportsInterface(0xffffffff), "never this one");
    }

    function test_OnlyTheAdminSetsTheContractUri() public {
        vm.prank(admin);
        registry.setContractURI("ipfs://collection");
        same("ipfs://collection", registry.contractURI());

        vm.expectRevert(
            abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, stranger, 0)
        );
        vm.prank(stranger);
        registry.setContractURI("ipfs://other");
    }

    function test_ALongContractUriIsRefused() public {
        string memory uri = string(new bytes(513));
        vm.expectRevert(abi.encodeWithSelector(Errors.ItemRegistryLengthInvalid.selector, 513, 512));
        vm.prank(admin);
        registry.setContractURI(uri);
    }

    function refused(bytes memory reason) private {
        vm.expectRevert(reason);
        vm.prank(registrar);
    }
}
