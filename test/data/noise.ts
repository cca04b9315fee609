// Bytes without pattern, the same each time, for the tests of src/data.

/** A linear congruential generator. */
export function noise(length: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length }, () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24);
}
