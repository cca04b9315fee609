// Finds the member that a path in somebody's list means: lists have relative paths, paths of another
// computer, addresses, or bare names. Not here: reading lists.
import { stemOf } from '../../captions.ts';
import type { Member } from '../member.ts';

/** Ends of paths by which members are found: the name, with its folder where there is one. */
type End = 'name' | 'stem' | 'folder and name' | 'folder and stem';

/**
 * Members with one end that are compared; of more, as `image.png` in each of 10,000 folders, none is meant.
 */
const MOST_ALIKE = 64;

/**
 * Members by path. Upper and lower case are one, and so are the two ways to write an accent (Unicode's NFC).
 */
export class MemberIndex {
  readonly #members: readonly (readonly [path: string, member: Member])[];
  readonly #byPath: ReadonlyMap<string, Member>;
  /** Made when they are first needed: most lists need one or none. */
  readonly #byEnd = new Map<End, Map<string, number[]>>();

  constructor(members: readonly Member[]) {
    this.#members = members.map((member) => [normal(member.path), member] as const);
    this.#byPath = new Map(this.#members);
  }

  /**
   * The member at `path`, as a list in `folder` means it (with "/" at its end, or empty): there, else the
   * one whose path ends alike in most components, its folder's name among them where both have one. Null
   * where there is none, or several are alike. A name without an extension finds the picture with one.
   */
  find(path: string, folder: string): Member | null {
    const wanted = normal(path);
    const there = this.#byPath.get(normal(`${folder}${path}`)) ?? this.#byPath.get(wanted);
    if (there || wanted === '') return there ?? null;
    const isBare = !/\.[a-z]{3,4}$/.test(wanted);
    const end = `${wanted.includes('/') ? 'folder and ' : ''}${isBare ? 'stem' : 'name'}` as const;
    const alike = this.#alike(end).get(lastOf(wanted, end)) ?? [];
    if (alike.length > MOST_ALIKE) return null;
    if (alike.length === 0) return this.#byPath.get(lastOf(wanted, 'name')) ?? null;
    const scored = alike.map((i) => {
      const [candidate, member] = this.#members[i] as readonly [string, Member];
      return { member, score: commonEnd(candidate, wanted) };
    });
    const best = Math.max(...scored.map(({ score }) => score));
    const [first, second] = scored.filter(({ score }) => score === best);
    return first && !second ? first.member : null;
  }

  #alike(end: End): Map<string, number[]> {
    const known = this.#byEnd.get(end);
    if (known) return known;
    const made = new Map<string, number[]>();
    for (const [i, [path]] of this.#members.entries()) {
      const key = lastOf(end.endsWith('stem') ? stemOf(path) : path, end);
      const same = made.get(key);
      if (same) same.push(i);
      else made.set(key, [i]);
    }
    this.#byEnd.set(end, made);
    return made;
  }
}

/** The last component, or the last two. */
const lastOf = (path: string, end: End): string =>
  path
    .split('/')
    .slice(end.startsWith('folder') ? -2 : -1)
    .join('/');

/** Components at the end of both. */
function commonEnd(candidate: string, wanted: string): number {
  const [left, right] = [candidate.split('/').toReversed(), wanted.split('/').toReversed()];
  const differs = left.findIndex((part, i) => i > 0 && part !== right[i]);
  return differs === -1 ? left.length : differs;
}

/** With "/", without ".", ".." and "/" at the start, in lower case, composed. */
function normal(path: string): string {
  const parts: string[] = [];
  for (const part of path.replaceAll('\\', '/').split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/').normalize('NFC').toLowerCase();
}
