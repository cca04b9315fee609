// Claims: an exported file carries its 16 samples as the tensor `samples` and keeps all other bytes; it is
// read back whole, shown with its samples, and altered ones are found; a file without samples is read as
// ever, and samples that its run cannot have drawn do not refuse the file.
import { expect, test, vi } from 'vitest';
import { readHeader } from '../../src/formats/safetensors-file.ts';
import { encodeHeader } from '../../src/formats/safetensors.ts';
import { modelOfRun, presetConfig } from '../../src/settings/presets.ts';
import {
  contentDigest,
  type FileFacts,
  fileMetadata,
  fileTensors,
} from '../../src/trainer/checkpoint-file.ts';
import { picturesOf, samplesOf } from '../../src/trainer/checkpoint-samples.ts';
import { fileWithSamples } from '../../src/trainer/export/file-with-samples.ts';
import { History } from '../../src/trainer/history.ts';
import { offerOf } from '../../src/trainer/import/offer.ts';
import { initialState } from '../../src/trainer/run.ts';

// Own pictures are in the browser's files.
vi.mock('../../src/data/sets.ts', () => ({ listDatasets: () => Promise.resolve([]) }));

const SIZE = 8;
const config = { ...presetConfig('tiny'), imageSize: SIZE };
const facts: FileFacts = {
  ...{ name: 'unet_step_2', globalStep: 2, epoch: 0, epochPosition: 8, runId: 'run-1', parent: '', config },
  execution: { executor: 'eager', backend: 'cpu', kernels: '', adapter: '', browser: '' },
  dataset: { name: 'shapes', title: 'Shapes', count: 28, size: SIZE, fingerprint: 'f' },
  words: null,
  classes: null,
  created: '2026-01-02T03:04:05.000Z',
};

async function plainFile(): Promise<File> {
  const history = new History(Float32Array.of(1, 0.5), new Float32Array(8), []);
  const tensors = fileTensors(modelOfRun(config).parameters, initialState(config), history, facts);
  const metadata = await fileMetadata(facts, tensors);
  return new File([encodeHeader(tensors, metadata), ...tensors.map(({ data }) => data)], 'a.safetensors');
}

/** Sample i has the colour (i, 2 i, 3 i), its pixel j the blue 3 i + j. */
const pictures = Array.from({ length: 16 }, (_, i) =>
  Uint8ClampedArray.from({ length: 4 * SIZE * SIZE }, (_, at) => {
    const [pixel, channel] = [Math.floor(at / 4), at % 4];
    return [i, 2 * i, 3 * i + pixel, 255][channel] ?? 0;
  }),
);
const samples = samplesOf(pictures, { size: SIZE, channels: 3 });
const bytes = async (file: Blob): Promise<Uint8Array> => new Uint8Array(await file.arrayBuffer());

test('pictures become [16, height, width, channels], and pictures again; grey ones have one channel', () => {
  expect(samples.data).toHaveLength(16 * SIZE * SIZE * 3);
  // Sample 5, the second pixel of its first row.
  expect([...samples.data.slice(5 * SIZE * SIZE * 3 + 3, 5 * SIZE * SIZE * 3 + 6)]).toEqual([5, 10, 16]);
  expect(picturesOf(samples).map(({ rgba }) => rgba)).toEqual(pictures);
  const grey = samplesOf(pictures, { size: SIZE, channels: 1 });
  expect(picturesOf(grey)[7]?.rgba.slice(0, 4)).toEqual(Uint8ClampedArray.of(7, 7, 7, 255));
});

test('the file has one more tensor at its end, and all other bytes of tensors as they were', async () => {
  const [plain, carrying] = [await plainFile(), await fileWithSamples(await plainFile(), samples)];
  const [before, after] = [await readHeader(plain), await readHeader(carrying)];
  expect(after.entries.slice(0, -1)).toEqual(before.entries);
  expect(after.entries.at(-1)).toMatchObject({ name: 'samples', dtype: 'U8', shape: [16, SIZE, SIZE, 3] });
  const others = (await bytes(plain)).subarray(before.dataStart);
  const data = (await bytes(carrying)).subarray(after.dataStart);
  expect(data.subarray(0, others.length)).toEqual(others);
  expect(data.subarray(others.length)).toEqual(samples.data);
  const { content_sha256: digest, ...rest } = after.metadata;
  expect(rest).toEqual(Object.fromEntries(Object.entries(before.metadata).filter(([key]) => key in rest)));
  expect(digest).not.toBe(before.metadata['content_sha256']);
  expect(carrying.name).toBe('a.safetensors');
});

test('it is shown with its samples and comes back with them; without them a file is read as ever', async () => {
  const carrying = await offerOf({ files: [await fileWithSamples(await plainFile(), samples)], which: 0 });
  expect(carrying.preview.samples).toMatchObject({ size: SIZE, columns: 4, rows: 4 });
  // Sample 5 is the second of the second row.
  const at = 4 * (SIZE * 4 * SIZE + SIZE);
  expect([...(carrying.preview.samples?.rgba.slice(at, at + 4) ?? [])]).toEqual([5, 10, 15, 255]);
  const content = await carrying.load({}, {});
  expect(content.samples).toEqual(samples);

  const plain = await offerOf({ files: [await plainFile()], which: 0 });
  expect(plain.preview).toEqual({
    ...carrying.preview,
    samples: null,
    sizeBytes: (await plainFile()).size,
  });
  expect(await plain.load({}, {})).toEqual({ ...content, samples: null });
});

test('one changed bit in the samples is found', async () => {
  const whole = await bytes(await fileWithSamples(await plainFile(), samples));
  whole[whole.length - 1] = (whole.at(-1) ?? 0) ^ 1;
  const offer = await offerOf({ files: [new File([whole.slice()], 'a.safetensors')], which: 0 });
  await expect(offer.load({}, {})).rejects.toThrow(/altered/);
});

test('samples of another size are left out, and the rest is imported', async () => {
  const smaller = samplesOf(pictures, { size: 4, channels: 3 });
  const offer = await offerOf({ files: [await fileWithSamples(await plainFile(), smaller)], which: 0 });
  expect(offer.preview.samples).toBeNull();
  expect(offer.preview.missing).toEqual(['Its samples: they are of another size.']);
  expect((await offer.load({}, {})).samples).toBeNull();
});

test('the digest is that of all tensors in the order of the file', async () => {
  const file = await fileWithSamples(await plainFile(), samples);
  const { entries, metadata, dataStart } = await readHeader(file);
  const tensors = entries.map(({ name, shape, begin, end }) => {
    return { name, shape, data: file.slice(dataStart + begin, dataStart + end) };
  });
  expect(await contentDigest(metadata, tensors)).toBe(metadata['content_sha256']);
});
