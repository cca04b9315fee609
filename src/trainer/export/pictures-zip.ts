// A data set as PNG files, as a run's network sees the pictures and in the set's order: another program goes
// on with the run from them. Not here: the zip format (formats/zip-writer.ts), reading pictures (data/).
import { context2d } from '../../formats/canvas-2d.ts';
import type { PictureSet } from '../../data/api.ts';
import { greyOf } from '../../data/batches.ts';
import { zipBlob, type ZipInput } from '../../formats/zip-writer.ts';

/**
 * 000000.png and on, a caption as 000000.txt, and dataset.json, which has the class of each (none where
 * nothing tells them apart), as a zip. `channels`: 3, or 1 for grey.
 */
export const picturesZip = (set: PictureSet, channels: number): Promise<Blob> =>
  zipBlob(entriesOf(set, channels));

async function* entriesOf(set: PictureSet, channels: number): AsyncGenerator<ZipInput> {
  const { title, id: name, fingerprint, words, credit } = set.info;
  const names = Array.from({ length: set.count }, (_, index) => set.className(index));
  const classes = names.some((name) => name !== '') ? names : [];
  const about = { name, title, count: set.count, size: set.size, fingerprint, words, credit, classes };
  yield { name: 'dataset.json', content: `${JSON.stringify(about, null, 2)}\n` };
  const context = context2d(set.size, set.size, { alpha: false });
  for (let index = 0; index < set.count; index++) {
    const number = String(index).padStart(6, '0');
    context.putImageData(imageOf(await set.read(index), set.size, channels), 0, 0);
    yield { name: `${number}.png`, content: await context.canvas.convertToBlob({ type: 'image/png' }) };
    const caption = set.caption(index);
    if (caption !== '') yield { name: `${number}.txt`, content: `${caption}\n` };
  }
}

/** RGBA of a picture. It is opaque, so that PNG keeps every byte. */
function imageOf(rgb: Uint8Array, size: number, channels: number): ImageData {
  const image = new ImageData(size, size);
  const grey = channels === 1 ? greyOf(rgb) : null;
  for (let i = 0; i < size * size; i++) {
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = (grey ? grey[i] : rgb[3 * i + c]) as number;
    image.data[4 * i + 3] = 255;
  }
  return image;
}
