// Claims of decoding beside the writer, against workers that the test plays: one whose code does not run ends
// the import with a fault, one that fails at a picture takes only that; no memory stays taken.
import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Decoder, decodeInOrder, type Tried } from '../../src/data/decode-ahead.ts';
import { DecodePool, type FromDecoder, type ToDecoder } from '../../src/data/decode-pool.ts';
import { STANDARD } from '../../src/data/framing.ts';
import type { SourceEntry } from '../../src/data/sources/source.ts';

/** What every worker does with a message. */
let does: (worker: PlayedWorker, message: ToDecoder) => void;
let made: PlayedWorker[] = [];

class PlayedWorker {
  onmessage: ((event: { data: FromDecoder }) => void) | null = null;
  onerror: ((event: { message: string }) => void) | null = null;
  ended = false;
  constructor() {
    made.push(this);
    if (made.length > 20) throw new Error('workers are started for ever');
  }
  postMessage = (message: ToDecoder): void => void setTimeout(() => this.ended || does(this, message));
  terminate = (): void => void (this.ended = true);
}

beforeEach(() => {
  made = [];
  vi.stubGlobal('Worker', PlayedWorker);
});
afterEach(() => vi.unstubAllGlobals());

async function* entries(count: number): AsyncGenerator<SourceEntry> {
  for (let number = 0; number < count; number++)
    yield await Promise.resolve({
      ...{ number, path: `${number}.png`, caption: '', className: '' },
      picture: { kind: 'file', read: () => Promise.resolve(new Blob()) },
    });
}

async function all(decoder: Decoder, count: number): Promise<Tried['result'][]> {
  const results: Tried['result'][] = [];
  for await (const { result } of decodeInOrder(entries(count), 4, decoder)) results.push(result);
  return results;
}

it('workers whose code cannot be loaded end it with a fault, and are not started again', async () => {
  does = (worker) => worker.onerror?.({ message: '' });
  const pool = new DecodePool(3);
  await expect(all(pool, 20)).rejects.toThrow('Pictures cannot be decoded now');
  expect(made.map(({ ended }) => ended)).toEqual([true, true]);
});

it('a worker that ends while a picture waits for memory gives what it never had', async () => {
  const refused = { ok: false, why: 'it is none' } as const;
  does = (worker, message) => {
    const { id } = message;
    const post = (data: FromDecoder): void => worker.onmessage?.({ data });
    if ('admitted' in message) return void setTimeout(() => post({ id, result: refused }), id === 0 ? 20 : 0);
    // Each wants all there is; the second asks while the first has it, and its worker ends.
    post({ id, pixels: 24e6 });
    if (id === 1) worker.onerror?.({ message: 'out of memory' });
  };
  const results = await all(new DecodePool(3), 12);
  expect(results.filter(({ ok }) => !ok)).toHaveLength(12);
  expect(made).toHaveLength(3);
});

/** The worker's code in this thread, and all that it posts. */
async function workerHere(): Promise<{ posted: FromDecoder[]; send: (message: ToDecoder) => void }> {
  const posted: FromDecoder[] = [];
  vi.stubGlobal('postMessage', (message: FromDecoder) => posted.push(message));
  vi.resetModules();
  await import('../../src/data/decode-worker.ts');
  const listen = globalThis.onmessage as ((event: { data: ToDecoder }) => void) | null;
  return { posted, send: (data) => listen?.({ data }) };
}

it('a picture at which decoding throws is refused, with why; a small one asks for nothing before', async () => {
  const { posted, send } = await workerHere();
  // A browser without what decodes: no ImageBitmap, no canvas.
  const content = new Blob([await readFile('test/fixtures/png/pillow-texts.png')]);
  send({ id: 7, sent: { kind: 'file', content }, wanted: { ...STANDARD, size: 4 } });
  await vi.waitFor(() => expect(posted).toHaveLength(1));
  expect(posted[0]).toMatchObject({ id: 7, result: { ok: false } });
});

it('pictures of more than half a million pixels together ask for the memory of those above', async () => {
  const { posted, send } = await workerHere();
  const sendPixels = (id: number, edge: number): void =>
    send({
      id,
      sent: { kind: 'pixels', width: edge, height: edge, channels: 1, bytes: new Uint8Array(edge * edge) },
      wanted: { ...STANDARD, size: 4 },
    });
  // 360,000 and 250,000 are more than half a million; 10,000 fit beside the first one.
  for (const [id, edge] of [600, 500, 100].entries()) sendPixels(id, edge);
  await vi.waitFor(() => expect(posted).toHaveLength(3));
  expect(posted.find((message) => 'pixels' in message)).toEqual({ id: 1, pixels: 250_000 });
  expect(new Set(posted.filter((message) => 'result' in message).map(({ id }) => id))).toEqual(
    new Set([0, 2]),
  );
  send({ id: 1, admitted: true });
  await vi.waitFor(() => expect(posted).toHaveLength(4));
  // What was taken is free again.
  sendPixels(3, 700);
  await vi.waitFor(() => expect(posted).toHaveLength(5));
  expect(posted.slice(3)).toMatchObject([
    { id: 1, result: { ok: true } },
    { id: 3, result: { ok: true } },
  ]);
});
