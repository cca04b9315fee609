// Draws every class of a set equally often, however many pictures it has: a pure function of (seed, draw), so
// that resuming needs no state. The same in interop/even_classes.py; docs/agreement.md says it in words. Not
// here: the order in which every picture is shown equally often (batches.ts).
import { permutedIndex } from '../random.ts';
import type { PictureSet } from './api.ts';

/** Numbers of the pictures of each class, rising; the classes in the order of their names. */
export type ClassGroups = readonly Uint32Array[];

const known = new WeakMap<object, ClassGroups>();

/** Null where the set's pictures are of fewer than two classes; those without a class are one together. */
export function classGroups(set: Pick<PictureSet, 'count' | 'className'>): ClassGroups | null {
  const groups = known.get(set) ?? groupsOf(set);
  known.set(set, groups);
  return groups.length > 1 ? groups : null;
}

function groupsOf({ count, className }: Pick<PictureSet, 'count' | 'className'>): ClassGroups {
  const byName = new Map<string, number[]>();
  for (let index = 0; index < count; index++) {
    const name = className(index);
    const group = byName.get(name);
    if (group) group.push(index);
    else byName.set(name, [index]);
  }
  // By UTF-16 units, as everywhere: a language's own order differs between browsers.
  const names = [...byName.keys()].sort();
  return names.map((name) => Uint32Array.from(byName.get(name) ?? []));
}

/**
 * The pictures of `length` draws from draw `first` on; 0 is the run's first. The classes take turns; of a
 * class of n pictures, each n draws in a row show every picture once, in an order of their own.
 */
export function evenOrder(seed: number, groups: ClassGroups, first: number, length: number): number[] {
  return Array.from({ length }, (_, i) => {
    const number = (first + i) % groups.length;
    const group = groups[number] as Uint32Array;
    const turn = Math.floor((first + i) / groups.length);
    const permutation = Math.floor(turn / group.length) * groups.length + number;
    return group[permutedIndex(seed, permutation, group.length, turn % group.length)] as number;
  });
}
