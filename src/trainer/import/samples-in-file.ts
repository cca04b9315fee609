// The tensor `samples` of a checkpoint file: read, shown, and counted in the digest. It is optional: one that
// does not fit is left out, and the rest of the file is imported. Not here: what it holds
// (../checkpoint-samples.ts), the rest of the file (offer.ts).
import { SAMPLE_COUNT, SHEET_COLUMNS } from '../../settings/sample-counts.ts';
import type { SafetensorsHeader } from '../../formats/safetensors.ts';
import { bytesOfTensor } from '../../formats/safetensors-file.ts';
import type { Preview } from '../api.ts';
import type { DigestedTensor, ReadFacts } from '../checkpoint-file.ts';
import {
  type CheckpointSamples,
  layoutOf,
  picturesOf,
  SAMPLES,
  samplesEntry,
} from '../checkpoint-samples.ts';

/** What an import keeps of a file's samples: them, or a sentence why not; both null where it has none. */
export async function samplesIn(
  file: Blob,
  header: SafetensorsHeader,
  { config }: Pick<ReadFacts, 'config'>,
): Promise<{ samples: CheckpointSamples | null; leftOut: string | null }> {
  const entry = samplesEntry(header, config);
  if (entry) {
    const data = await bytesOfTensor(file, header, entry);
    return { samples: { ...layoutOf(config), data }, leftOut: null };
  }
  const there = header.entries.some(({ name }) => name === SAMPLES);
  return { samples: null, leftOut: there ? 'Its samples: they are of another size.' : null };
}

/** The names of all tensors but the samples. */
export const namesBesideSamples = ({ entries }: SafetensorsHeader): ReadonlySet<string> =>
  new Set(entries.flatMap(({ name }) => (name === SAMPLES ? [] : [name])));

/** All tensors of the file, in its order, for its digest: those that were read, and its samples. */
export function allTensors(
  file: Blob,
  header: SafetensorsHeader,
  read: readonly DigestedTensor[],
): Promise<DigestedTensor[]> {
  const byName = new Map(read.map((tensor) => [tensor.name, tensor]));
  return Promise.all(
    header.entries.map(async (entry) => {
      const { name, shape } = entry;
      return byName.get(name) ?? { name, shape, data: await bytesOfTensor(file, header, entry) };
    }),
  );
}

/** One picture of the 16 samples, for the dialog. */
export function sheetOf(samples: CheckpointSamples): Preview {
  const { size } = samples;
  const [columns, rows] = [SHEET_COLUMNS, SAMPLE_COUNT / SHEET_COLUMNS];
  const rgba = new Uint8ClampedArray(4 * size * size * SAMPLE_COUNT);
  const width = columns * size;
  picturesOf(samples).forEach((picture, i) => {
    const [x, y] = [(i % columns) * size, Math.floor(i / columns) * size];
    for (let row = 0; row < size; row++) {
      const line = picture.rgba.subarray(4 * size * row, 4 * size * (row + 1));
      rgba.set(line, 4 * ((y + row) * width + x));
    }
  });
  return { size, columns, rows, rgba };
}
