// Members as a container would give them, made in memory, and what a layout makes of them.
import { bytesIn } from '../../../../src/data/content.ts';
import type { Member } from '../../../../src/data/sources/member.ts';
import type { Layout, Source, SourceEntry } from '../../../../src/data/sources/source.ts';

/** Its Blob is made when it is asked for: thousands of them take seconds in Node. */
export function member(path: string, content: string | Uint8Array<ArrayBuffer> = path): Member {
  const size = typeof content === 'string' ? new TextEncoder().encode(content).length : content.length;
  return memberThat(path, size, () => Promise.resolve(new Blob([content])));
}

/** One of this size that is read by `blob`, whichever way it is asked for. */
export const memberThat = (path: string, size: number, blob: () => Promise<Blob>): Member => ({
  ...{ path, size, blob },
  read: blob,
});

/** The source that a layout finds; fails where it finds none. */
export async function sourceIn(
  layout: Layout,
  members: readonly Member[],
): Promise<{ source: Source; rest: string[] }> {
  const found = await layout.recognise(members);
  if (!found) throw new Error('not recognised');
  return { source: found.source, rest: found.rest.map(({ path }) => path) };
}

/** The bytes of an entry's picture: its pixels, or its file. */
export const bytesOf = async ({ picture }: SourceEntry): Promise<number[]> => [
  ...(picture.kind === 'pixels' ? await picture.read() : await bytesIn(await picture.read())),
];

/** The options of a choice, by their values. */
export const optionsOf = (source: Source, id: string): string[] =>
  source.facts.choices.find((choice) => choice.id === id)?.options.map(({ value }) => value) ?? [];
