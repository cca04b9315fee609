// What is shown of the user's pictures before they are imported: each source with its facts and its first
// five entries, as they would be stored. Not here: recognising them (sources/), importing them
// (own-pictures.ts).
import { sentOf } from './decode-ahead.ts';
import { decodePicture } from './decode-picture.ts';
import { chosenCount } from './sources/chosen-count.ts';
import { chosenOf, idIn } from './sources/joined.ts';
import type { Chosen, Source, SourceEntry, SourceFacts } from './sources/source.ts';
import { shortText, told } from './tally.ts';

const EXAMPLES = 5;
/** Edge of an example, in pixels. */
const EXAMPLE_SIZE = 64;
/** Loose pictures beyond this are shown, too: their import takes a while. */
const MANY = 2000;
/** Files told by name of those that cannot be used. */
const NAMED = 5;

export interface PicturesFound {
  /** Whether to show this before importing; false for some loose pictures, where nothing is to be chosen. */
  asks: boolean;
  /** Entries in all sources of which this is chosen; null: only reading them tells. */
  count: number | null;
  sources: readonly FoundSource[];
}

export interface FoundSource {
  /** `count`: of what is chosen. `unused` has the first five of `unusedCount`. */
  facts: SourceFacts;
  unusedCount: number;
  examples: readonly Example[];
}

export interface Example {
  path: string;
  /** One caption a line. */
  caption: string;
  /** [size, size, 4] bytes; null where it cannot be used. */
  picture: { size: number; rgba: Uint8ClampedArray<ArrayBuffer> } | null;
}

/** What is shown of these sources where this is chosen. */
export async function shownOf(sources: readonly Source[], chosen: Chosen): Promise<PicturesFound> {
  const counts = sources.map(({ facts }, i) => chosenCount(facts, chosenOf(sources, i, chosen)));
  const count = counts.reduce((sum, one) => (sum === null || one === null ? null : sum + one), 0);
  const asks = count !== 0 && !(sources.every(isPlain) && (count ?? Infinity) <= MANY);
  const found = sources.map(async (source, i) => {
    const { facts } = source;
    return {
      facts: {
        ...facts,
        count: counts[i] ?? null,
        choices: facts.choices.map((choice) => ({ ...choice, id: idIn(sources, i, choice.id) })),
        ignored: facts.ignored.map((one) => ({ ...one, example: shortText(one.example) })),
        unused: facts.unused.slice(0, NAMED).map(told),
      },
      unusedCount: facts.unused.length,
      examples: asks ? await examplesOf(source.entries(0, chosenOf(sources, i, chosen))) : [],
    };
  });
  return { asks, count, sources: await Promise.all(found) };
}

const isPlain = ({ facts }: Source): boolean => facts.isPlain === true && facts.choices.length === 0;

/** Those before the first that cannot be given: the import tells why, and other sources are shown. */
async function examplesOf(entries: AsyncIterable<SourceEntry>): Promise<Example[]> {
  const examples: Example[] = [];
  try {
    for await (const entry of entries) {
      const { path, caption, className } = entry;
      examples.push({ path, caption: caption || className, picture: await pictureOf(entry) });
      if (examples.length === EXAMPLES) break;
    }
  } catch {
    return examples;
  }
  return examples;
}

async function pictureOf({ picture }: SourceEntry): Promise<Example['picture']> {
  const sent = await sentOf(picture).catch(() => null);
  const decoded = sent && (await decodePicture(sent, EXAMPLE_SIZE, () => Promise.resolve()));
  if (!decoded?.ok) return null;
  const rgba = new Uint8ClampedArray(EXAMPLE_SIZE * EXAMPLE_SIZE * 4).fill(255);
  for (let i = 0; i < EXAMPLE_SIZE * EXAMPLE_SIZE; i++)
    rgba.set(decoded.pixels.subarray(3 * i, 3 * i + 3), 4 * i);
  return { size: EXAMPLE_SIZE, rgba };
}
