// The slot's layout on the disk: a header once written by a version
// is read for ever, and no damaged header is taken for a whole one.
import { describe, expect, it } from 'vitest';
import { crc32 } from '../../src/formats/crc32.ts';
import {
  decodeSector,
  encodeSector,
  slotBytes,
  tableOffset,
  type SlotHeader,
} from '../../src/checkpoint/slot.ts';

const MIB = 1024 * 1024;

const HEADER: SlotHeader = {
  runId: 'run-1a2b3c4d',
  name: 'unet_epoch_12',
  generation: 4_294_967_301,
  globalStep: 12_288,
  payloadBytes: 5_000_000,
  chunkBytes: 4 * MIB,
  chunkCount: 2,
  rootDigest: Uint8Array.from({ length: 32 }, (_, i) => i * 7),
  epoch: 12,
  meanLoss: 0.0625,
  created: '2024-05-01T10:00:00.000Z',
  autosave: false,
};

/**
 * HEADER as format 1 writes it, without the zeros at the end
 * of a field. Never to be changed: stores hold such headers.
 */
const FORMAT_1 = (
  [
    [
      0,
      '50524e4e534c4f54' +
        '01000000' +
        '01000000' +
        '0500000001000000' +
        '0030000000000000' +
        '404b4c0000000000',
    ],
    [40, '0000400002000000'],
    [48, '00070e151c232a31383f464d545b626970777e858c939aa1a8afb6bdc4cbd2d9'],
    [80, '0c72756e2d3161326233633464'],
    [144, '0d756e65745f65706f63685f3132'],
    [208, '0c00000000000000000000000000b03f'],
    [224, '18323032342d30352d30315431303a30303a30302e3030305a'],
  ] as const
).reduce((sector, [at, hex]) => {
  sector.set(Buffer.from(hex, 'hex'), at);
  return sector;
}, new Uint8Array(512));

describe('the header', () => {
  it('is written as format 1 has it, byte for byte', () => {
    const sector = encodeSector(HEADER);
    expect(Buffer.from(sector.subarray(0, 508)).toString('hex')).toBe(
      Buffer.from(FORMAT_1.subarray(0, 508)).toString('hex'),
    );
    expect(new DataView(sector.buffer).getUint32(508, true)).toBe(crc32(FORMAT_1.subarray(0, 508)));
  });

  it('is read back the same, with and without a mean loss', () => {
    for (const meanLoss of [0.0625, 0, null]) {
      const header = { ...HEADER, meanLoss };
      expect(decodeSector(encodeSector(header), slotBytes(5_000_000))).toEqual({ state: 'valid', header });
    }
  });

  it('is not taken for whole when any single bit of it is wrong', () => {
    for (let bit = 0; bit < 512 * 8; bit++) {
      const sector = encodeSector(HEADER);
      sector[bit >> 3] = (sector[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(decodeSector(sector, slotBytes(5_000_000)).state).toBe('damaged');
    }
  });

  it('is not taken for whole when it was written up to any byte', () => {
    const whole = encodeSector(HEADER);
    for (let length = 1; length < 512; length++) {
      const torn = new Uint8Array(512);
      torn.set(whole.subarray(0, length));
      expect(decodeSector(torn, slotBytes(5_000_000)).state).toBe('damaged');
    }
  });

  it('all zeros is an empty slot', () => {
    expect(decodeSector(new Uint8Array(512), 8192)).toEqual({ state: 'empty' });
  });

  it('of a newer format is recognised by its version, and its generation counts', () => {
    const sector = encodeSector(HEADER);
    const view = new DataView(sector.buffer);
    view.setUint32(8, 3, true);
    view.setUint32(12, 2, true);
    view.setUint32(508, crc32(sector.subarray(0, 508)), true);
    expect(decodeSector(sector, 8 * MIB)).toMatchObject({ state: 'newer', generation: 4_294_967_301 });
    // A newer writer may say that readers of format 1 understand the header.
    view.setUint32(12, 1, true);
    view.setUint32(508, crc32(sector.subarray(0, 508)), true);
    expect(decodeSector(sector, 8 * MIB).state).toBe('valid');
  });

  it('of a file that was cut short is damaged, and still names the checkpoint', () => {
    expect(decodeSector(encodeSector(HEADER), 5_000_000)).toMatchObject({
      state: 'damaged',
      name: 'unet_epoch_12',
      globalStep: 12_288,
      why: expect.stringContaining('5000000 bytes') as string,
    });
  });
});

it('payload and digest table lie one after the other inside whole multiples of 256 KiB', () => {
  for (const bytes of [8, 4096, 4 * MIB, 4 * MIB - 4096, 4 * MIB + 1, 545 * MIB, 3000 * MIB]) {
    expect(tableOffset(bytes)).toBeGreaterThanOrEqual(4096 + bytes);
    expect(slotBytes(bytes)).toBeGreaterThanOrEqual(tableOffset(bytes) + 32 * Math.ceil(bytes / (4 * MIB)));
    expect(slotBytes(bytes) % (MIB / 4)).toBe(0);
    expect(slotBytes(bytes) - bytes).toBeLessThan(MIB / 4 + 16_384 + bytes / 100_000);
  }
});
