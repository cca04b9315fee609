// Claims: the records of a JSON file read piece by piece are those that JSON.parse finds, wherever a piece
// ends; damage is a Fault.
import { describe, expect, it } from 'vitest';
import { FaultError } from '../../src/fault.ts';
import { eachRecord } from '../../src/formats/json-records.ts';

const recordsIn = async (text: string, pieceBytes?: number) => {
  const found: Record<string, unknown[]> = { images: [], annotations: [] };
  const use = {
    images: (record: unknown) => found['images']?.push(record),
    annotations: (record: unknown) => found['annotations']?.push(record),
  };
  await eachRecord(new Blob([text]), use, pieceBytes);
  return found;
};

/** Brackets, quotes and keys where they mean nothing. */
const tricky = {
  info: { images: [{ id: 'in another object' }], contributor: 'a "]}\\" of {images: [' },
  title: 'annotations',
  licenses: [{ images: [{ id: 'in another list' }] }],
  annotations: [
    { caption: 'a "dog" {on} [a] mat \\', image_id: 1 },
    { caption: 'Käse 🐈 \n', sub: [{ a: [1] }] },
  ],
  images: [{ id: 1, file_name: 'a.jpg' }, 7, 'text', null, [{ id: 'in a list of a list' }], { id: 2 }],
  last: [],
};

describe('records', () => {
  it.each([undefined, 2])('are those of JSON.parse (indent %s)', async (indent) => {
    const { images, annotations } = await recordsIn(JSON.stringify(tricky, null, indent));
    expect(images).toEqual(tricky.images.filter((one) => typeof one === 'object' && one && 'id' in one));
    expect(annotations).toEqual(tricky.annotations);
  });

  it.each([1, 2, 3, 7, 64])('go on over the ends of pieces of %i bytes', async (pieceBytes) => {
    const text = JSON.stringify(tricky);
    expect(await recordsIn(text, pieceBytes)).toEqual(await recordsIn(text));
  });

  it.each([
    ['a JSON object', ''],
    ['a JSON object', '\0\xff'.repeat(50)],
    ['a JSON object', '[1]'],
    ['a whole JSON object', '{"images": [{"id": 1}'],
    ['sound JSON', '{"images": [{"id": }]}'],
    ['one JSON object', '{"images": []}}'],
    ['records of at most 8 MiB', `{"images": [{"id": "${'x'.repeat(9 * 1024 * 1024)}`],
  ])('are refused without %s (%#)', async (expected, text) => {
    const error = await recordsIn(text).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(FaultError);
    expect((error as FaultError).fault.expected).toBe(expected);
  });
});
