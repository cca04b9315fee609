// What is shown of the user's pictures before they are imported: each source with its facts and its first
// five entries, as they would be stored. Not here: recognising them (sources/), importing them
// (own-pictures.ts).
import { isTransparent } from './decode.ts';
import { sentOf } from './decode-ahead.ts';
import { decodePicture } from './decode-picture.ts';
import { STANDARD } from './framing.ts';
import { chosenCount } from './sources/chosen-count.ts';
import { framingChoices } from './sources/framed.ts';
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

/** What is shown of these sources where this is chosen. `always`: whatever they are. */
export async function shownOf(
  sources: readonly Source[],
  chosen: Chosen,
  always: boolean,
): Promise<PicturesFound> {
  const counts = sources.map(({ facts }, i) => chosenCount(facts, chosenOf(sources, i, chosen)));
  const count = counts.reduce((sum, one) => (sum === null || one === null ? null : sum + one), 0);
  const asks = count !== 0 && (always || !(sources.every(isPlain) && (count ?? Infinity) <= MANY));
  const found = sources.map(async (source, i) => {
    const { facts } = source;
    const looked = asks ? await examplesOf(source.entries(0, chosenOf(sources, i, chosen))) : [];
    const choices = [...facts.choices, ...framingChoices(facts, seenIn(looked))];
    return {
      facts: {
        ...facts,
        count: counts[i] ?? null,
        choices: choices.map((choice) => ({ ...choice, id: idIn(sources, i, choice.id) })),
        ignored: facts.ignored.map((one) => ({ ...one, example: shortText(one.example) })),
        unused: facts.unused.slice(0, NAMED).map(told),
      },
      unusedCount: facts.unused.length,
      examples: looked.map(({ example }) => example),
    };
  });
  return { asks, count, sources: await Promise.all(found) };
}

const isPlain = ({ facts }: Source): boolean => facts.isPlain === true && facts.choices.length === 0;

/** Those before the first that cannot be given: the import tells why, and other sources are shown. */
async function examplesOf(entries: AsyncIterable<SourceEntry>): Promise<Looked[]> {
  const examples: Looked[] = [];
  try {
    for await (const entry of entries) {
      examples.push(await lookedAt(entry));
      if (examples.length === EXAMPLES) break;
    }
  } catch {
    return examples;
  }
  return examples;
}

/** An example, and what of it tells which choices there are. */
interface Looked {
  example: Example;
  /** Whether it is no square, so that something is cut off. */
  isCut: boolean;
  isTransparent: boolean;
}

const seenIn = (looked: readonly Looked[]): Pick<Looked, 'isCut' | 'isTransparent'> => ({
  isCut: looked.some(({ isCut }) => isCut),
  isTransparent: looked.some((one) => one.isTransparent),
});

async function lookedAt({ path, caption, className, picture, framing }: SourceEntry): Promise<Looked> {
  const example = { path, caption: caption || className };
  const sent = await sentOf(picture).catch(() => null);
  const wanted = { ...(framing ?? STANDARD), size: EXAMPLE_SIZE };
  const decoded = sent && (await decodePicture(sent, wanted, () => Promise.resolve()));
  if (!sent || !decoded?.ok)
    return { example: { ...example, picture: null }, isCut: false, isTransparent: false };
  const rgba = new Uint8ClampedArray(EXAMPLE_SIZE * EXAMPLE_SIZE * 4).fill(255);
  for (let i = 0; i < EXAMPLE_SIZE * EXAMPLE_SIZE; i++)
    rgba.set(decoded.pixels.subarray(3 * i, 3 * i + 3), 4 * i);
  return {
    example: { ...example, picture: { size: EXAMPLE_SIZE, rgba } },
    isCut: decoded.width !== decoded.height,
    isTransparent: sent.kind === 'file' && (await isTransparent(sent.content)),
  };
}
