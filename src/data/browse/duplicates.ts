// Pictures of a set that are the same, by the bytes of their files, or nearly the same, by their difference
// hashes. Not here: the comparing of hashes (near-hashes.ts), which of them are removed.
import type { DuplicateGroups } from '../browse-api.ts';
import { differenceHash } from '../store/difference-hash.ts';
import type { BrowsedSet } from './browsed-set.ts';
import { type Pause, sortedBy } from './find.ts';
import { Groups } from './groups.ts';
import { type Hashes, nearHashes } from './near-hashes.ts';
import { eachPicture, type Reader } from './read-pictures.ts';

/** The difference hashes of all stored pictures, which sets of version 1 and built-in ones do not keep. */
export async function hashesOf(set: BrowsedSet, reader: Reader): Promise<Hashes> {
  const hashes = { low: new Uint32Array(set.stored), high: new Uint32Array(set.stored) };
  const put = (number: number, hash: Uint8Array): void => {
    const view = new DataView(hash.buffer, hash.byteOffset, hash.byteLength);
    hashes.low[number] = view.getUint32(0, true);
    hashes.high[number] = view.getUint32(4, true);
  };
  if (set.record(0) === null)
    await eachPicture(set, (number, pixels) => put(number, differenceHash(pixels, set.size)), reader);
  else
    for (let number = 0; number < set.stored; number++) {
      const record = set.record(number);
      if (record) put(number, record.differenceHash);
    }
  return hashes;
}

/**
 * Groups of pictures among `numbers` of which each is at most `distance` bits from another. Flat pictures,
 * whose bits are all the same, are alike whatever they show, and are left out.
 */
export async function nearDuplicates(
  set: BrowsedSet,
  numbers: Uint32Array<ArrayBuffer>,
  { low, high }: Hashes,
  distance: number,
  pause: Pause,
): Promise<DuplicateGroups> {
  const isFlat = (number: number): boolean =>
    low[number] === high[number] && (low[number] === 0 || low[number] === 0xffff_ffff);
  const some = numbers.filter((number) => !isFlat(number));
  const theirs = {
    low: some.map((number) => low[number] as number),
    high: some.map((number) => high[number] as number),
  };
  return told(set, some, await nearHashes(theirs, distance, pause));
}

/** Groups of pictures among `numbers` that come from files of the same bytes. */
export function exactDuplicates(set: BrowsedSet, numbers: Uint32Array<ArrayBuffer>): DuplicateGroups {
  const words = new Uint32Array(numbers.length * 4);
  numbers.forEach((number, i) => {
    const digest = set.record(number)?.sourceDigest ?? new Uint8Array(16);
    const view = new DataView(digest.buffer, digest.byteOffset, digest.byteLength);
    for (let word = 0; word < 4; word++) words[i * 4 + word] = view.getUint32(word * 4, true);
  });
  const compare = (a: number, b: number): number => {
    let word = 0;
    while (word < 3 && words[a * 4 + word] === words[b * 4 + word]) word++;
    return (words[a * 4 + word] as number) - (words[b * 4 + word] as number);
  };
  const isKnown = (place: number): boolean =>
    words.subarray(place * 4, place * 4 + 4).some((word) => word > 0);
  const places = Uint32Array.from(numbers, (_, place) => place)
    .filter(isKnown)
    .sort(compare);
  const groups = new Groups(numbers.length);
  places.forEach((place, i) => {
    const before = places[i - 1];
    if (before !== undefined && compare(before, place) === 0) groups.join(before, place);
  });
  return told(set, numbers, groups);
}

/** The groups by the numbers of their pictures, that of the largest file first. */
function told(set: BrowsedSet, numbers: Uint32Array, groups: Groups): DuplicateGroups {
  const pixels = (number: number): number => {
    const { width = 0, height = 0 } = set.record(number) ?? {};
    return width * height;
  };
  const several = groups.several().map((indices) =>
    sortedBy(
      indices.map((i) => numbers[i] as number),
      (number) => -pixels(number),
    ),
  );
  return { groups: several, pictures: several.reduce((sum, { length }) => sum + length, 0) };
}
