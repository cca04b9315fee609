// Zip and torch files in a real browser, with its streams and
// Blobs. Everything else is claimed in Node (torch-file.test.ts).
import { expect, it } from 'vitest';
import { writeTorchFile } from '../../src/formats/torch-file.ts';
import { OrderedDict, type TorchTensor } from '../../src/formats/torch-values.ts';
import { openZip } from '../../src/formats/zip-reader.ts';
import { readTorchFile } from './read-torch-file.ts';

const MIB = 2 ** 18;

it('100 MiB of weights come back from a .pt file, and stay where they were', async () => {
  const tensors = Array.from({ length: 100 }, (_, i): TorchTensor => ({
    dtype: 'float32',
    shape: [MIB],
    data: new Float32Array(MIB).fill(i + 0.5),
  }));
  const unet = new OrderedDict(tensors.map((tensor, i) => [`w${i}`, tensor]));
  const began = performance.now();
  const file = await writeTorchFile(new Map([['unet', unet]]), 'unet');
  const written = performance.now();
  const read = await readTorchFile(file);
  const ms = [written - began, performance.now() - written].map(Math.round);
  console.log(`100 MiB: written in ${ms[0]} ms, read in ${ms[1]} ms`);
  const weights = read instanceof Map ? read.get('unet') : null;
  expect(weights).toBeInstanceOf(OrderedDict);
  for (const [i, { data }] of tensors.entries()) {
    expect(data).toHaveLength(MIB);
    const again = weights instanceof Map ? (weights.get(`w${i}`) as TorchTensor) : null;
    expect(again?.data).toHaveLength(MIB);
    expect(again?.data.findIndex((float) => float !== i + 0.5)).toBe(-1);
  }
});

it('a deflated entry is inflated by the browser', async () => {
  // Made by Python 3.11: zipfile.ZipFile(file, 'w', zipfile.ZIP_DEFLATED)
  //   .writestr('unet/config.json', '{"in_channels": 3}' * 3)
  const base64 =
    'UEsDBBQAAAAIAAAAIQDZ9gaBFwAAADYAAAAQAAAAdW5ldC9jb25maWcuanNvbqtWysyLT85IzMtLzSlWslIwrq0mQgQAUEsBAhQDFAAAAAgAAAAhANn2BoEXAAAANgAAABAAAAAAAAAAAAAAAIABAAAAAHVuZXQvY29uZmlnLmpzb25QSwUGAAAAAAEAAQA+AAAARQAAAAAA';
  const file = new Blob([Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))]);
  const [entry] = await openZip(file, { stored: false });
  expect(entry?.name).toBe('unet/config.json');
  expect(new TextDecoder().decode(await entry?.read())).toBe('{"in_channels": 3}'.repeat(3));
  expect(await (await entry?.blob())?.text()).toBe('{"in_channels": 3}'.repeat(3));
});
