// Two neighbouring ids as one number: a key of maps. Not here: which pairs become one token.

/** Ids are below. */
const IDS = 2 ** 21;

/** The pair as one number below 2^42, ordered by left, then right. Ids: 0 to 2,097,151. */
export const pairOf = (left: number, right: number): number => left * IDS + right;

/** The left id of a pair. */
export const leftOf = (pair: number): number => Math.floor(pair / IDS);

/** The right id of a pair. */
export const rightOf = (pair: number): number => pair % IDS;
