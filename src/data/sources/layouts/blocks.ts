// Pictures that are pixels already, many to a file and all alike, as CIFAR, MNIST and arrays have them. Not
// here: the layouts of those files (cifar.ts, mnist.ts, arrays.ts).
import { FaultError } from '../../../fault.ts';
import { cleanText } from '../../../plain-text.ts';
import type { Chosen, RawPicture, Source, SourceEntry, SourceFacts } from '../source.ts';
import { ALL, partChoice } from './part-choice.ts';

/** The pictures of one file. */
export interface Block {
  /** Of the file; a picture's path is that with its place behind it. */
  path: string;
  /** Part of the data set, as `train`. */
  part: string;
  count: number;
  /** Picture 0..count-1 and the name of its class, empty without one. */
  entry(index: number, chosen: Chosen): Promise<{ picture: RawPicture; className: string }>;
}

/** The source of these blocks, one behind the other. `facts`: what else is to be said. */
export function blockSource(
  kind: string,
  blocks: readonly Block[],
  facts: Partial<Pick<SourceFacts, 'choices' | 'ignored' | 'licence' | 'warnings'>>,
): Source {
  const total = blocks.reduce((sum, { count }) => sum + count, 0);
  const counts = new Map<string, number>();
  for (const { part, count } of blocks) counts.set(part, (counts.get(part) ?? 0) + count);
  const choices = [...(facts.choices ?? []), ...partChoice(counts, total)];
  return {
    facts: { kind, count: total, licence: '', ignored: [], warnings: [], unused: [], ...facts, choices },
    entries: (from, chosen) => entriesOf(blocks, from, chosen),
  };
}

async function* entriesOf(
  blocks: readonly Block[],
  from: number,
  chosen: Chosen,
): AsyncGenerator<SourceEntry> {
  const part = chosen['split'] ?? ALL;
  let begin = 0;
  for (const block of blocks) {
    const first = Math.max(0, from - begin);
    for (let index = first; index < block.count && (part === ALL || block.part === part); index++) {
      const { picture, className } = await block.entry(index, chosen);
      yield { number: begin + index, path: `${block.path}/${index}`, picture, caption: '', className };
    }
    begin += block.count;
  }
}

/**
 * What `read` gives; null, with a sentence in `warnings`, where it throws a FaultError. `name`: of the file.
 */
export async function readable<T>(
  name: string,
  warnings: string[],
  read: () => Promise<T>,
): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    warnings.push(`${name} is left out. ${cleanText(error.message)}.`);
    return null;
  }
}
