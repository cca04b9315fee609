// Claims: a picture of more bytes than are read is told without unpacking it, in any form that has files.
import { expect, it } from 'vitest';
import { coco } from '../../../../src/data/sources/layouts/coco.ts';
import { imagefolder } from '../../../../src/data/sources/layouts/imagefolder.ts';
import { pairs } from '../../../../src/data/sources/layouts/pairs.ts';
import { stylegan } from '../../../../src/data/sources/layouts/stylegan.ts';
import { entriesOf } from '../sourced.ts';
import { member, memberThat, sourceIn } from './made.ts';

const row = JSON.stringify({ file_name: 'a.jpg', text: 'a cat' });
const captions = JSON.stringify({
  images: [{ id: 1, file_name: 'a.jpg' }],
  annotations: [{ id: 2, image_id: 1, caption: 'a cat' }],
});

it.each([
  ['pairs', pairs, []],
  ['imagefolder', imagefolder, [member('metadata.jsonl', row)]],
  ['stylegan', stylegan, [member('dataset.json', '{"labels":null}')]],
  ['coco', coco, [member('captions_val2017.json', captions)]],
])('in %s', async (_, layout, lists) => {
  let unpacked = 0;
  const blob = async (): Promise<Blob> => {
    unpacked++;
    return new Blob();
  };
  const { source } = await sourceIn(layout, [memberThat('a.jpg', 64e6 + 1, blob), ...lists]);
  const [entry] = await entriesOf(source);
  if (entry?.picture.kind !== 'file') throw new Error('not a file');
  await expect(entry.picture.read()).rejects.toThrow(/expected at most 64 MB, got 65 MB/);
  expect(unpacked).toBe(0);
});
