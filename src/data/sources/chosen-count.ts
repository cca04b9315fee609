// How many entries a source has where something is chosen, as one part of it. Pure. Not here: the choices
// (layouts/).
import type { Chosen, SourceFacts } from './source.ts';

/** Entries of a source, or of joined ones, of which this is chosen; null: only reading all of it tells. */
export function chosenCount({ count, choices }: SourceFacts, chosen: Chosen): number | null {
  if (count === null) return null;
  const leftOut = choices.map(({ id, value, options }) => {
    const taken = options.find((option) => option.value === (chosen[id] ?? value));
    return taken?.leavesOut ?? 0;
  });
  return leftOut.reduce((left, one) => left - one, count);
}
