// Claims .pt files: what torch 2.15 wrote comes out as torch sees it (test/fixtures/torch,
// interop/make_torch_files.py), what we write comes back, and a file that could run code or lies about its
// numbers is refused with the name of what is wrong. Not here: that torch reads our files (interop-live/).
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FaultError } from '../../src/fault.ts';
import { openTorchFile, writeTorchFile } from '../../src/formats/torch-file.ts';
import type { PickledValue } from '../../src/formats/pickle-writer.ts';
import { OrderedDict, PythonObject, StoredTensor, type TorchTensor } from '../../src/formats/torch-values.ts';
import { zipBlob } from '../../src/formats/zip-writer.ts';
import { readTorchFile, type TorchValue } from './read-torch-file.ts';
import contents from '../fixtures/torch/contents.json' with { type: 'json' };

const FOLDER = join(import.meta.dirname, '../fixtures/torch');
const fixture = (name: string): Blob => new Blob([readFileSync(join(FOLDER, name))]);

/** A value as make_torch_files.py spells it. */
function spelled(value: TorchValue): unknown {
  if (typeof value === 'bigint') return { bigint: String(value) };
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof PythonObject) return { object: value.path };
  if (Array.isArray(value)) return { [Object.isFrozen(value) ? 'tuple' : 'list']: value.map(spelled) };
  if (value instanceof Map) {
    const pairs = [...value].map(([key, item]) => [key, spelled(item)]);
    return value instanceof OrderedDict ? { ordered: pairs } : { dict: pairs };
  }
  const data = Array.from(value.data, (number) => (Math.abs(number) === Infinity ? String(number) : number));
  return { tensor: value.dtype, shape: value.shape, data };
}

async function refusal(file: Blob): Promise<string> {
  try {
    await readTorchFile(file);
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    expect(error.fault.kind).toBe('file');
    return [error.fault.expected, error.fault.got, ...error.fault.todo].join('; ');
  }
  return 'nothing refused';
}

describe('a file of torch.save', () => {
  it.each(Object.entries(contents.files))('%s.pt comes out as torch sees it', async (name, expected) => {
    expect(spelled(await readTorchFile(fixture(`${name}.pt`)))).toEqual(expected);
  });

  it('can be looked at before its numbers are read', async () => {
    const { value } = await openTorchFile(fixture('checkpoint.pt'));
    const unet = value instanceof Map ? value.get('unet') : null;
    const weight = unet instanceof Map ? unet.get('conv_in.weight') : null;
    expect(weight).toBeInstanceOf(StoredTensor);
    expect(weight).toMatchObject({ shape: [2, 3, 3, 3], storage: { dtype: 'float32', count: 54 } });
  });

  it('has a module pickled whole as the name of its class, nothing else', async () => {
    expect(spelled(await readTorchFile(fixture('whole_module.pt')))).toEqual({
      object: 'torch.nn.modules.linear.Linear',
    });
  });

  it('shares no memory between tensors that share a storage', async () => {
    const views = await readTorchFile(fixture('views.pt'));
    if (!(views instanceof Map)) throw new Error('no dict');
    const [base, grid] = [views.get('base'), views.get('grid')] as TorchTensor[];
    base?.data.fill(-1);
    expect(grid?.data[5]).toBe(5);
  });
});

describe('what is refused', () => {
  const refused: [name: string, words: string][] = [
    ['os_system.pt', 'the global posix.system at byte '],
    ['complex.pt', 'torch.ComplexFloatStorage at byte '],
    ['legacy.pt', 'It was saved by an old torch.save; load and save it again with torch 1.6 or newer.'],
    ['protocol_4.pt', 'pickle protocol 2, as torch.save has it by default at byte 0 of data.pkl; protocol 4'],
    ['torchscript.pt', 'compression method 8 for "torchscript/code/'],
  ];
  it.each(refused)('%s', async (name, words) => {
    expect(await refusal(fixture(name))).toContain(words);
  });

  it('of the fixtures, every one is claimed to be read or refused', () => {
    const read = [...Object.keys(contents.files), 'whole_module'].map((name) => `${name}.pt`);
    const files = readdirSync(FOLDER).filter((name) => name.endsWith('.pt'));
    expect(files.sort()).toEqual([...read, ...refused.map(([name]) => name)].sort());
  });

  it.each([
    ['nothing', new Blob([]), 'a zip archive'],
    ['text', new Blob(['hello']), 'a file that begins with 104 101 108 108'],
  ])('%s', async (_, file, words) => expect(await refusal(file)).toContain(words));
});

/** A .pt file by hand: opcodes as text, one character a byte, and more entries. */
function handMade(pickle: string, more: Record<string, string> = {}): Promise<Blob> {
  const entries = { 'data.pkl': `\x80\x02${pickle}`, byteorder: 'little', version: '3\n', ...more };
  return zipBlob(
    Object.entries(entries).map(([name, text]) => ({
      name: `x/${name}`,
      content: Uint8Array.from(Buffer.from(text, 'latin1')),
    })),
  );
}

const OK_STORAGE = '(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpuK\x04tQ';
const ORDERED = 'ccollections\nOrderedDict\n)R';
const tensor = (offset: string, shape: string, strides: string, storage = OK_STORAGE): string =>
  `ctorch._utils\n_rebuild_tensor_v2\n(${storage}${offset}${shape}${strides}\x89${ORDERED}tR.`;
const AT_MOST_OBJECTS = 'at most 524288 lists, dicts, texts and tensors';
const DATA: Record<string, string> = { 'data/0': '\0'.repeat(16) };

describe('a pickle made by hand', () => {
  it('of a sound tensor is read', async () => {
    const read = await readTorchFile(await handMade(tensor('K\0', 'K\x02K\x02\x86', 'K\x02K\x01\x86'), DATA));
    expect(read).toEqual({ dtype: 'float32', shape: [2, 2], data: new Float32Array(4) });
  });

  // As CPython's pickle and NumPy write them with protocol 2.
  const bytes = (text: string): string =>
    `c_codecs\nencode\n(X${String.fromCharCode(text.length)}\0\0\0${text}X\x06\0\0\0latin1tR`;
  const dtype = (code: string): string =>
    `cnumpy\ndtype\n(X\x02\0\0\0${code}\x89\x88tR(K\x03X\x01\0\0\0<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb`;
  const TWO = '\0\0\0\0\0\0\0@'; // 2 as float64, little-endian
  const object = (path: string): unknown => ({ object: path });
  it.each<[string, string, unknown]>([
    ['a number of NumPy', `cnumpy._core.multiarray\nscalar\n${dtype('f8')}${bytes(TWO)}\x86R.`, 2],
    ['a number of NumPy 1', `cnumpy.core.multiarray\nscalar\n${dtype('i2')}${bytes('\x05\0')}\x86R.`, 5],
    [
      'a number of NumPy that is a date',
      `cnumpy.core.multiarray\nscalar\n${dtype('M8')}${bytes(TWO)}\x86R.`,
      object('numpy.generic'),
    ],
    ['a set', 'c__builtin__\nset\n](K\x01K\x02e\x85R.', { tuple: [1, 2] }],
    [
      'a defaultdict',
      'ccollections\ndefaultdict\nc__builtin__\nlist\n\x85RX\x01\0\0\0aK\x01s.',
      { dict: [['a', 1]] },
    ],
    [
      'an object of a class',
      'cargparse\nNamespace\n)\x81}X\x02\0\0\0lrK\x01sb.',
      object('argparse.Namespace'),
    ],
    ['a class', 'ctorch.optim.adamw\nAdamW\n.', object('torch.optim.adamw.AdamW')],
    [
      'a dict with a key of an object, without that item',
      '}(cenum\nEnum\nK\x01K\x02K\x03u.',
      { dict: [[2, 3]] },
    ],
    ['an object to which items are added', 'cmine\nList\n)\x81(K\x01e.', object('mine.List')],
  ])('of %s is read', async (_, pickle, expected) => {
    expect(spelled(await readTorchFile(await handMade(pickle)))).toEqual(expected);
  });

  it.each<[string, string, Record<string, string>, string]>([
    ['eval', 'c__builtin__\neval\nX\x01\0\0\x001\x85R.', {}, 'the global __builtin__.eval at byte 2'],
    ['a global as a value', 'ccollections\nOrderedDict\n.', {}, 'collections.OrderedDict as a value'],
    ['a storage as a value', `${OK_STORAGE}.`, DATA, 'storage 0 as a value'],
    ['a call of no function', 'K\x01)R.', {}, 'an allowed function and its arguments at byte 5'],
    ['a call with other arguments', 'ctorch\nSize\n)R.', {}, 'arguments that torch.Size takes'],
    ['STACK_GLOBAL', 'X\x01\0\0\0aX\x01\0\0\0b\x93.', {}, '0x93 STACK_GLOBAL'],
    ['INST', '(ios\nsystem\n.', {}, '0x69 INST'],
    ['no opcode', '\xff.', {}, '0xff'],
    ['an extension', '\x82\x01.', {}, '0x82 EXT1'],
    ['NEWOBJ of a command', 'csubprocess\nPopen\n)\x81.', {}, 'the global subprocess.Popen at byte 2'],
    ['BUILD of a dict', '}}b.', {}, 'attributes of an OrderedDict'],
    [
      'bytes beyond Latin-1',
      'c_codecs\nencode\nX\x02\0\0\0\xc4\x80\x85R.',
      {},
      'arguments that _codecs.encode',
    ],
    [
      'one key twice',
      '}(X\x01\0\0\0aK\x01X\x01\0\0\0aK\x02u.',
      {},
      'every key once at byte 20 of data.pkl; a twice',
    ],
    ['a key that is a list', '}]K\x01s.', {}, 'keys that never change'],
    ['a key without value', '}(K\x01u.', {}, 'keys and values in pairs'],
    ['a tuple that grows', ')K\x01a.', {}, 'a list to append to'],
    ['a memo never set', 'h\x05.', {}, 'number 5, never set'],
    ['a memo too large', 'Nr\xff\xff\xff\xff.', {}, 'number 4294967295'],
    ['an empty stack', 'a.', {}, 'a value on the stack at byte 2 of data.pkl; none'],
    ['no mark', 't.', {}, 'a mark on the stack'],
    ['what is under a mark', 'N(0.', {}, '0x30 POP'],
    ['text longer than the file', 'X\xff\xff\xff\xffa.', {}, '4294967295 bytes more'],
    ['text that is none', 'X\x01\0\0\0\xff.', {}, 'text in UTF-8'],
    ['no end', 'N', {}, 'the end: only 0 are left'],
    ['two values', 'NN.', {}, '2 values, 0 marks'],
    ['more after the end', 'N.N', {}, '1 bytes more'],
    ['a list inside itself', ']q\0h\0a.', {}, 'values inside each other'],
    [
      'no storage',
      tensor('K\0', 'K\x04\x85', 'K\x01\x85'),
      {},
      '16 bytes in data/0, 4 numbers of float32; no such entry',
    ],
    ['a short storage', tensor('K\0', 'K\x04\x85', 'K\x01\x85'), { 'data/0': '\0' }, 'float32; 1 bytes'],
    ['a storage too many', tensor('K\0', 'K\x04\x85', 'K\x01\x85'), { ...DATA, 'data/1': '' }, 'data/1'],
    [
      'beyond the storage',
      tensor('K\x01', 'K\x04\x85', 'K\x01\x85'),
      DATA,
      'storage 0 of 4 numbers; shape [4], strides [1] from 1',
    ],
    ['strides beyond it', tensor('K\0', 'K\x02\x85', 'K\x04\x85'), DATA, 'strides [4]'],
    ['a tensor larger than it', tensor('K\0', 'K\x05\x85', 'K\0\x85'), DATA, 'shape [5], strides [0]'],
    [
      'a negative offset',
      tensor('J\xff\xff\xff\xff', 'K\x04\x85', 'K\x01\x85'),
      DATA,
      'arguments that torch._utils._rebuild_tensor_v2 takes',
    ],
    ['a negative stride', tensor('K\0', 'K\x04\x85', 'J\xff\xff\xff\xff\x85'), DATA, 'arguments that'],
    [
      'a shape of 2^126',
      tensor('K\0', '\x8a\x08\0\0\0\0\0\0\0\x40\x8a\x08\0\0\0\0\0\0\0\x40\x86', 'K\0K\0\x86'),
      DATA,
      'arguments that',
    ],
    [
      'nine dimensions',
      tensor('K\0', `(${'K\x01'.repeat(9)}t`, `(${'K\x01'.repeat(9)}t`),
      DATA,
      'arguments that',
    ],
    [
      'a storage by path',
      tensor('K\0', 'K\x04\x85', 'K\x01\x85', OK_STORAGE.replace('X\x01\0\0\x000', 'X\x02\0\0\0..')),
      DATA,
      'the id of a storage',
    ],
    [
      'two sizes of one',
      tensor('K\0', 'K\x04\x85', 'K\x01\x85', `${OK_STORAGE}q\0${OK_STORAGE.replace('K\x04', 'K\x05')}`),
      DATA,
      '4 of float32 and 5 of float32',
    ],
    ['big-endian', 'N.', { byteorder: 'big' }, 'little-endian order (byteorder); big'],
    ['version 99', 'N.', { version: '99\n' }, 'a version from 1 to 10; "99"'],
    ['two of them', 'N.', { '../y/data.pkl': 'N.' }, 'without ".."'],
  ])('%s', async (_, pickle, more, words) => {
    expect(await refusal(await handMade(pickle, more))).toContain(words);
  });

  // A named byte is the last that was read; the other files are refused before the pickle, or on the walk
  // after it.
  it.each([
    ['a million lists', ']'.repeat(1e6), DATA, `${AT_MOST_OBJECTS} at byte 524290 of data.pkl`],
    [
      'a million marks',
      '('.repeat(1e6),
      DATA,
      'at most 1024 values inside each other at byte 1026 of data.pkl',
    ],
    ['a million texts', 'X\0\0\0\0'.repeat(1e6), DATA, `${AT_MOST_OBJECTS} at byte 2621442 of data.pkl`],
    [
      'two lists in two, and so on 60 times',
      `(]q\0${'](h\0h\0eq\0'.repeat(60)}t.`,
      {},
      'at most 2097152 values',
    ],
    [
      'a million tensors',
      `(${tensor('K\0', 'K\x04\x85', 'K\x01\x85').replace('_v2\n', '_v2\nq\x01').replace('tR.', 'tq\x02R')}${'h\x01h\x02R'.repeat(1e6)}t.`,
      DATA,
      `${AT_MOST_OBJECTS} at byte 2621524 of data.pkl`,
    ],
    [
      '50,000 names for a tensor',
      `(${tensor('K\0', 'K\x04\x85', 'K\x01\x85').replace('R.', 'Rq\x01')}${'h\x01'.repeat(5e4)}t.`,
      DATA,
      'at most 20000 tensors',
    ],
    [
      'a key of 7 MiB twice',
      `}(${`X\0\0\x70\0${'a'.repeat(0x70_0000)}N`.repeat(2)}u.`,
      DATA,
      'keys of at most 512 characters',
    ],
    ['17 MiB', 'N'.repeat(17 * 1024 * 1024), DATA, 'at most 16777216 bytes in x/data.pkl; 17825794 bytes'],
  ])('%s: refused at the limit, in few words', async (_, pickle, more, expected) => {
    const words = await refusal(await handMade(pickle, more));
    expect(words).toContain(expected);
    expect(words.length).toBeLessThan(1000);
  });
});

describe('a file that we write', () => {
  const weight: TorchTensor = { dtype: 'float32', shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, -0) };
  const buffer = new Float32Array(10).fill(9);
  const part: TorchTensor = { dtype: 'float32', shape: [2], data: buffer.subarray(4, 6) };
  const scalar: TorchTensor = { dtype: 'float32', shape: [], data: Float32Array.of(3) };
  const empty: TorchTensor = { dtype: 'float32', shape: [0, 4], data: new Float32Array(0) };

  it('comes back as it was', async () => {
    const numbers = [
      0,
      255,
      256,
      65535,
      65536,
      -1,
      -(2 ** 31),
      2 ** 31,
      2 ** 40,
      -(2 ** 40),
      2 ** 53 - 1,
      2n ** 70n,
      -(2n ** 70n),
    ];
    const value: PickledValue = new Map<string | number, PickledValue>([
      [
        'unet',
        new OrderedDict<TorchTensor>([
          ['a', weight],
          ['b', part],
          ['c', scalar],
          ['d', empty],
        ]),
      ],
      ['numbers', [...numbers, 0.5, NaN, -Infinity, -0, 1e300]],
      ['betas', Object.freeze([0.9, 0.999]) as PickledValue[]],
      ['none', null],
      ['flags', [true, false, 'müll 🌍', '']],
      ['many', new Map(Array.from({ length: 2500 }, (_, i) => [i, i]))],
      [5, Object.freeze<PickledValue[]>([]) as PickledValue[]],
    ]);
    const read = await readTorchFile(await writeTorchFile(value, 'unet_step_5'));
    expect(spelled(read)).toEqual(spelled(value as TorchValue));
    expect(buffer).toHaveLength(10);
  });

  it('has lists of floats where it was given Float32Arrays', async () => {
    const losses = Float32Array.from({ length: 2001 }, (_, i) => i / 4);
    const read = await readTorchFile(await writeTorchFile(new Map([['batch_losses', losses]]), 'x'));
    expect(read instanceof Map && read.get('batch_losses')).toEqual([...losses]);
  });
});
