// A checkpoint's own file with its 16 samples: the slot's payload with one more tensor at its end, and so
// with another header. The other tensors keep their bytes. Not here: the payload (checkpoint/store.ts).
// Exported for tests: fileWithSamples.
import { encodeHeader } from '../../formats/safetensors.ts';
import { readHeader } from '../../formats/safetensors-file.ts';
import { contentDigest, readFacts } from '../checkpoint-file.ts';
import { type CheckpointSamples, layoutOf, SAMPLES, samplesOf, shapeOf } from '../checkpoint-samples.ts';
import { keptSamples } from '../keep-png.ts';
import { picturesOfSheet } from '../samples/sheet-png.ts';

/** Made of slices of `file`: one tensor at a time is in memory, for the digest. */
export async function fileWithSamples(file: File, samples: CheckpointSamples): Promise<File> {
  const { entries, metadata: old, dataStart } = await readHeader(file);
  const tensors = [
    ...entries.map(({ name, shape, dtype, begin, end }) => {
      return { name, shape, dtype, data: file.slice(dataStart + begin, dataStart + end) };
    }),
    { name: SAMPLES, shape: shapeOf(samples), dtype: 'U8', data: new Blob([samples.data]) },
  ];
  const metadata = { ...old, content_sha256: await contentDigest(old, tensors) };
  const parts = [encodeHeader(tensors, metadata), file.slice(dataStart), samples.data];
  return new File(parts, file.name, { type: file.type });
}

/** The file with the samples of its step that the index has; as it is where the index has none. */
export async function withKeptSamples(file: File, runId: string): Promise<File> {
  try {
    const { config, globalStep } = readFacts((await readHeader(file)).metadata);
    const sheet = await keptSamples(runId, globalStep);
    const layout = layoutOf(config);
    const pictures = sheet && (await picturesOfSheet(sheet, layout.size));
    return pictures ? await fileWithSamples(file, samplesOf(pictures, layout)) : file;
  } catch {
    // The checkpoint itself is whole, and what the user wants of an export.
    return file;
  }
}
