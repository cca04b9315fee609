// Claims: a set of digests knows what a Set of their texts knows, through every growth.
import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { DigestSet } from '../../src/data/store/digest-set.ts';

it('tells new digests from known ones', () => {
  const ours = new DigestSet();
  const known = new Set<number>();
  for (let i = 0; i < 12_000; i++) {
    // Every third number comes again.
    const number = i % 3 === 2 ? i >> 1 : i;
    const digest = createHash('sha256').update(String(number)).digest();
    expect(ours.add(new Uint8Array(digest))).toBe(!known.has(number));
    known.add(number);
  }
});
