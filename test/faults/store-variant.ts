// The store's own code, bundled with small chunks, slots and notes so that thousands of states fit, and,
// for a test of the tests, with one wrong line. Not here: what must hold (crash-claims.ts).
import { build } from 'vite';
import type { Store } from '../../src/checkpoint/store.ts';

/** What store.ts exports. */
export interface StoreModule {
  Store: typeof Store;
}

/** File of src/checkpoint, the text in it, what stands in its place. */
type Change = readonly [file: string, from: string, to: string];

const SMALL: Change[] = [
  ['slot.ts', 'CHUNK_BYTES = 4 * 1024 * 1024', 'CHUNK_BYTES = 2048'],
  ['slot.ts', 'ROOM_STEP_BYTES = 256 * 1024', 'ROOM_STEP_BYTES = 4096'],
  ['run-note.ts', 'NOTE_BYTES = 128 * 1024', 'NOTE_BYTES = 2048'],
];

/** Broken variants of the protocol. Each must be caught. */
export const BROKEN: Record<string, Change[]> = {
  'payload not flushed before the commit, digests not compared': [
    ['save.ts', '  flush(handle);\n  const flushed', '  const flushed'],
    ['slot-file.ts', 'if (!sameBytes(await sha256(table), rootDigest))', 'if (false)'],
    ['slot-file.ts', 'if (!sameBytes(await chunk.digest, expected))', 'if (false)'],
  ],
  'commit not flushed': [
    [
      'slot-file.ts',
      'writeExactly(handle, 0, sector);\n  flush(handle);',
      'writeExactly(handle, 0, sector);',
    ],
  ],
  'the newest overwritten': [
    ['retention.ts', 'NEVER_OVERWRITTEN = 2', 'NEVER_OVERWRITTEN = 0'],
    ['retention.ts', '    .reverse();', ';'],
  ],
  'newest by the clock': [
    [
      'recovery.ts',
      '(b.record?.generation ?? 0) - (a.record?.generation ?? 0)',
      "(a.record?.created ?? '') < (b.record?.created ?? '') ? 1 : -1",
    ],
  ],
  'one half of a note written over': [['run-note.ts', '(turn % 2) * HALF_BYTES', '0']],
  'generations counted from 0 at each start': [
    ['store.ts', 'this.#highest = this.#runs.highestGeneration();', 'this.#highest = 0;'],
  ],
};

/** The module store.ts with these changes. Throws where a changed text is not in its file. */
export async function storeVariant(changes: readonly Change[] = []): Promise<StoreModule> {
  const all = [...SMALL, ...changes];
  const made = new Set<Change>();
  const change = {
    name: 'change',
    transform(code: string, id: string): string {
      let text = code;
      for (const one of all) {
        const [file, from, to] = one;
        if (!id.endsWith(`/checkpoint/${file}`) || !text.includes(from)) continue;
        text = text.replace(from, to);
        made.add(one);
      }
      return text;
    },
    enforce: 'pre' as const,
  };
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    plugins: [change],
    build: { ssr: 'src/checkpoint/store.ts', write: false, minify: false, target: 'esnext' },
  });
  for (const one of all) if (!made.has(one)) throw new Error(`"${one[1]}" is not in ${one[0]}`);
  const [output] = [built].flat();
  if (!output || !('output' in output)) throw new Error('nothing was built');
  const address = `data:text/javascript,${encodeURIComponent(output.output[0].code)}`;
  return import(/* @vite-ignore */ address) as Promise<StoreModule>;
}
