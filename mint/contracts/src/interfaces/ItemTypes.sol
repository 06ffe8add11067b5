// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Why an owner reports a piece, or takes a report back. Never free text: it would stay for ever.
/// `NotStated` goes with every report; the other reasons each go with one kind of report.
enum ReportReason {
    NotStated,
    // with reported_stolen
    Theft,
    Burglary,
    Robbery,
    Fraud,
    // with reported_lost
    Mislaid,
    LostInTransit,
    // with report_withdrawn
    Recovered,
    ReportedByMistake
}

/// @notice One registration of 1 to 4,096 pieces. The first three share a slot, first named lowest:
/// stockAccount 160 | count 32 | registeredAt 64, written from the highest bit down.
/// @param registeredAt Block time, Unix seconds
/// @param count Pieces of the batch; zero means the batch does not exist
/// @param stockAccount The pieces' owner until each one's first transfer
/// @param passports SHA-256 digest of the UnixFS directory root that holds the passports
/// @param claimRoot Merkle root over (tokenId, claim key); zero where no piece can be claimed by leaf
struct Batch {
    uint64 registeredAt;
    uint32 count;
    address stockAccount;
    bytes32 passports;
    bytes32 claimRoot;
}

/// @notice What one account may record, and when. One slot, written from the highest bit down:
/// kinds 64 | validFrom 64 | validUntil 64 | disputedSince 64.
/// @param disputedSince Unix seconds; entries of this actor from then on are disputed; zero means never
/// @param validUntil First second in which the actor may record nothing more
/// @param validFrom First second in which the actor may record
/// @param kinds Bit `k` set means kind `k` is allowed
struct Actor {
    uint64 disputedSince;
    uint64 validUntil;
    uint64 validFrom;
    uint64 kinds;
}

/// @notice One entry of a history, as it was folded.
/// @param batchWord The batch's word when the entry was made; in a batch's own lane the word before the entry
/// @param digest The document's digest, or what stands in its place for this kind
/// @param meta actor 160 | kind 32 | block time 64
struct Entry {
    uint256 batchWord;
    bytes32 digest;
    uint256 meta;
}

/// @notice Everything the registry knows about one piece, read in one call.
/// @param owner Who holds it now
/// @param state Its history word: head 216 | length 32 | status 8; zero until its first entry
/// @param batchState Its batch's history word; the registration is entry 1
/// @param batchId The registration it belongs to
/// @param index Its position there, from 0
/// @param count See {Batch}
/// @param registeredAt See {Batch}
/// @param stockAccount See {Batch}
/// @param passports See {Batch}
/// @param claimRoot See {Batch}
/// @param claimKey The key that replaced its leaf; zero while the leaf is in force
struct Item {
    address owner;
    uint256 state;
    uint256 batchState;
    uint64 batchId;
    uint32 index;
    uint32 count;
    uint64 registeredAt;
    address stockAccount;
    bytes32 passports;
    bytes32 claimRoot;
    address claimKey;
}
