// Several sources as one, one behind the other, so that an import has one order and one number for each
// entry. Not here: finding them (recognise.ts).
import type { Chosen, Source, SourceEntry } from './source.ts';

/** Numbers of entries that each source has for itself: a power of two above any count of pictures. */
const NUMBERS_EACH = 2 ** 24;

/**
 * One source of all: at most 255 of at most 16 million entries each. Its choices are those of all, with the
 * source's number before their ids: `1:caption`. Of none an empty source, of one that one itself.
 */
export function joined(sources: readonly Source[]): Source {
  const [first] = sources;
  if (first && sources.length === 1) return first;
  const facts = sources.map((source) => source.facts);
  const counts = facts.map(({ count }) => count);
  return {
    facts: {
      kind: facts.map(({ kind }) => kind).join(', '),
      count: counts.reduce((sum, count) => (sum === null || count === null ? null : sum + count), 0),
      choices: facts.flatMap(({ choices }, i) =>
        choices.map((one) => ({ ...one, id: idIn(sources, i, one.id) })),
      ),
      licence: facts.find(({ licence }) => licence !== '')?.licence ?? '',
      ignored: facts.flatMap(({ ignored }) => ignored),
      warnings: facts.flatMap(({ warnings }) => warnings),
      unused: facts.flatMap(({ unused }) => unused),
    },
    entries: (from, chosen) => entriesOf(sources, from, chosen),
  };
}

async function* entriesOf(
  sources: readonly Source[],
  from: number,
  chosen: Chosen,
): AsyncGenerator<SourceEntry> {
  const first = Math.floor(from / NUMBERS_EACH);
  for (const [i, source] of sources.slice(first).entries()) {
    const begin = (first + i) * NUMBERS_EACH;
    for await (const entry of source.entries(
      i === 0 ? from - begin : 0,
      chosenOf(sources, first + i, chosen),
    ))
      yield { ...entry, number: begin + entry.number };
  }
}

/** The id that a choice of source `i` has among those of all. */
export const idIn = (sources: readonly Source[], i: number, id: string): string =>
  sources.length === 1 ? id : `${i}:${id}`;

/** What was chosen for source `i`, by its own ids. */
export const chosenOf = (sources: readonly Source[], i: number, chosen: Chosen): Chosen =>
  sources.length === 1
    ? chosen
    : Object.fromEntries(
        Object.entries(chosen).flatMap(([id, value]) =>
          id.startsWith(`${i}:`) ? [[id.slice(`${i}:`.length), value]] : [],
        ),
      );

/** What was chosen for the source that an entry of all comes from, by its own ids. */
export function chosenForEntry(number: number, chosen: Chosen): Chosen {
  const prefix = `${Math.floor(number / NUMBERS_EACH)}:`;
  const its = Object.entries(chosen).filter(([id]) => id.startsWith(prefix));
  return { ...chosen, ...Object.fromEntries(its.map(([id, value]) => [id.slice(prefix.length), value])) };
}
