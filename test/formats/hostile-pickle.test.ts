// Claims: a small pickle cannot make its reader work for long: what reading costs is counted, bounded by the
// pickle's size, and a pickle that asks for more is refused with a fault of kind `file`. What torch.save
// writes costs a small part of the bound.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FaultError } from '../../src/fault.ts';
import { pickleBudget, readPickle } from '../../src/formats/pickle-reader.ts';
import { openZip } from '../../src/formats/zip-reader.ts';

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const text = (content: string): Buffer =>
  Buffer.concat([latin1('X'), u32(Buffer.byteLength(content)), Buffer.from(content)]);
const times = (count: number, ops: string): Buffer => latin1(ops.repeat(count));
const pickle = (...parts: Buffer[]): Uint8Array =>
  Uint8Array.from(Buffer.concat([latin1('\x80\x02'), ...parts, latin1('.')]));

/** Puts the topmost value into the memo, and takes it from there. */
const [KEEP_0, KEEP_1, TAKE_0, TAKE_1] = ['q\0', 'q\x01', 'h\0', 'h\x01'];
const LONG = 'w'.repeat(1_000_000);
/** A list of 100,000 times None, in the memo as 0. */
const LIST = Buffer.concat([latin1(']('), times(100_000, 'N'), latin1(`e${KEEP_0}`)]);

/** Pickles whose reading in Python or by a naive reader copies gigabytes. */
const REFUSED: readonly [string, Uint8Array][] = [
  [
    'a set of one list, 50,000 times',
    pickle(
      LIST,
      latin1(`c__builtin__\nset\n${KEEP_1}(`),
      times(50_000, `${TAKE_1}${TAKE_0}\x85R`),
      latin1('t\x87'),
    ),
  ],
  [
    'a Counter of one dict, 50,000 times',
    pickle(
      latin1('}('),
      ...Array.from({ length: 20_000 }, (_, i) => Buffer.concat([latin1('J'), u32(i), latin1('N')])),
      latin1(`u${KEEP_0}`),
      latin1(`ccollections\nCounter\n${KEEP_1}(`),
      times(50_000, `${TAKE_1}${TAKE_0}\x85R`),
      latin1('t\x87'),
    ),
  ],
  [
    'one text as bytes, 20,000 times',
    pickle(
      text(LONG),
      latin1(`${KEEP_0}c_codecs\nencode\n${KEEP_1}(`),
      times(20_000, `${TAKE_1}${TAKE_0}\x85R`),
      latin1('t\x87'),
    ),
  ],
  [
    'one array of NumPy, 20,000 times',
    pickle(
      latin1(`c_codecs\nencode\n`),
      text(LONG),
      latin1(`\x85R${KEEP_0}`),
      latin1('cnumpy\ndtype\n'),
      text('u1'),
      latin1(`\x85R${KEEP_1}`),
      latin1('cnumpy.core.multiarray\nscalar\nq\x02('),
      times(20_000, `h\x02${TAKE_1}${TAKE_0}\x86R`),
      latin1('t\x87'),
    ),
  ],
];

describe('is refused before its work is done', () => {
  it.each(REFUSED)('%s', (_, bytes) => {
    const budget = pickleBudget(bytes.length);
    let thrown: unknown;
    try {
      readPickle(bytes, budget);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(FaultError);
    expect((thrown as FaultError).fault).toMatchObject({ kind: 'file', got: 'one that needs more' });
    expect(budget.spent).toBeLessThanOrEqual(budget.total);
    expect(budget.total).toBeLessThan(8 * bytes.length + 5e6);
  });
});

describe('is read, and costs what its bytes cost', () => {
  const READ: readonly [string, Uint8Array][] = [
    [
      'one long text, 100,000 times',
      pickle(text(LONG), latin1(`${KEEP_0}](`), times(100_000, TAKE_0), latin1('e\x86')),
    ],
    [
      'whole numbers of 255 bytes',
      pickle(latin1(']('), times(10_000, `\x8a\xff${'\x7f'.repeat(255)}`), latin1('e')),
    ],
  ];
  it.each(READ)('%s', (_, bytes) => {
    const budget = pickleBudget(bytes.length);
    expect(readPickle(bytes, budget).root).toBeDefined();
    expect(budget.spent).toBeLessThanOrEqual(bytes.length);
  });

  it.each(['state_dict.pt', 'checkpoint.pt', 'values.pt', 'views.pt'])('%s of torch.save', async (name) => {
    const file = new Blob([readFileSync(join(import.meta.dirname, '../fixtures/torch', name))]);
    const entries = await openZip(file, { stored: true });
    const bytes = await entries.find((entry) => entry.name.endsWith('/data.pkl'))?.read();
    if (!bytes) throw new Error('no data.pkl');
    const budget = pickleBudget(bytes.length);
    readPickle(bytes, budget);
    expect(budget.spent).toBeLessThan(2 * bytes.length);
  });
});
