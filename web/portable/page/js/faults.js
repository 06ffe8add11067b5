/* What can be wrong, by what it means. Only a DocumentFault says something against a piece. */

/** The file is not a bundle in its one spelling: nothing of it is read. */
export class BundleFault extends Error {}

/** Evidence is missing or does not fit its root: it proves nothing, for or against. */
export class EvidenceFault extends Error {}

/** Bytes that are the ones recorded break their own form. A proof: we hold them. */
export class DocumentFault extends Error {}

/** What a person gave beside the bundle (a trust file, a checkpoint, a hash) cannot be used. */
export class InputFault extends Error {}
