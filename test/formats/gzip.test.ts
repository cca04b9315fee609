// Claims of gzip files: all that zlib packed is there, and a file that unpacks to much ends at a limit.
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { gunzipped } from '../../src/formats/gzip.ts';

const packed = (bytes: Uint8Array): Blob => new Blob([Uint8Array.from(gzipSync(bytes))]);

it('is unpacked whole, in pieces larger than those that are joined', async () => {
  const bytes = Uint8Array.from({ length: 5 * 2 ** 20 }, (_, i) => (i * i) >> 7);
  const { blob, cut } = await gunzipped(packed(bytes));
  expect(cut).toBeNull();
  expect(Buffer.from(await blob.arrayBuffer()).equals(bytes)).toBe(true);
});

it('that unpacks to over the limit ends there, and says so', async () => {
  const { blob, cut } = await gunzipped(packed(new Uint8Array(2 ** 23)), { most: 2e6 });
  expect(cut).toBe('it unpacks to over 2 MB');
  expect(blob.size).toBeLessThanOrEqual(2e6);
});

it('that is cut off has what lies before', async () => {
  const bytes = Uint8Array.from({ length: 2 ** 20 }, (_, i) => (i * i) >> 7);
  const { blob, cut } = await gunzipped(packed(bytes).slice(0, 1000));
  expect(cut).toBe('it is cut off or damaged');
  expect(Buffer.from(await blob.arrayBuffer()).equals(bytes.subarray(0, blob.size))).toBe(true);
});
