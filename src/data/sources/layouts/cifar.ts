// CIFAR-10 and CIFAR-100 in their binary version (cs.toronto.edu/~kriz/cifar.html): records of a label or two
// and 32 x 32 pixels, plane by plane. The Python version is named, not read. Told by names and sizes.
import { interleaved } from '../../../formats/pixel-planes.ts';
import { ReadAhead } from '../../../formats/read-ahead.ts';
import { cleanText } from '../../../plain-text.ts';
import type { Member } from '../member.ts';
import type { Choice, Layout } from '../source.ts';
import { type Block, blockSource } from './blocks.ts';
import { counted, without } from './left-over.ts';
import { baseName, compare } from './names.ts';
import { listText } from './read-list.ts';

const EDGE = 32;
const PIXEL_BYTES = EDGE * EDGE * 3;
/** CIFAR-10 has a label, CIFAR-100 one of 20 classes and one of 100. */
const RECORD_10 = 1 + PIXEL_BYTES;
const RECORD_100 = 2 + PIXEL_BYTES;

const BATCH_10 = /(?:^|\/)(?:data_batch_[1-5]|test_batch)\.bin$/i;
const BATCH_100 = /(?:^|\/)(?:train|test)\.bin$/i;
/** The names of the classes, one a line. */
const NAMES = { ten: 'batches.meta.txt', fine: 'fine_label_names.txt', coarse: 'coarse_label_names.txt' };
/** As batches.meta.txt has them, for batches that come without it. */
const TEN = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];
const PICKLED = /(?:^|\/)(?:data_batch_[1-5]|test_batch|batches\.meta)$/i;

type Names = Record<keyof typeof NAMES, readonly string[]>;

/** Null where no file is a batch of either. */
export const cifar: Layout = {
  recognise: async (all) => {
    const members = all.toSorted((a, b) => compare(a.path, b.path));
    const ten = members.filter(({ path, size }) => BATCH_10.test(path) && size % RECORD_10 === 0 && size > 0);
    const hundred = members.filter(
      ({ path, size }) => BATCH_100.test(path) && size % RECORD_100 === 0 && size > 0,
    );
    const odd = members.filter(({ path, size }) => BATCH_10.test(path) && size % RECORD_10 !== 0);
    const pickled = members.filter(({ path }) => PICKLED.test(path));
    if ([...ten, ...hundred, ...odd, ...pickled].length === 0) return null;
    const warnings = odd.map(
      ({ path, size }) =>
        `${baseName(path)} is left out: it has ${size} bytes, no multiple of ${RECORD_10}. Download it again.`,
    );
    if (pickled.length > 0)
      warnings.push(
        'The Python version of CIFAR is a pickle, which is not read. Download the binary version, cifar-10-binary.tar.gz.',
      );
    const lists = members.filter(({ path }) => Object.values(NAMES).includes(baseName(path).toLowerCase()));
    const names = await namesIn(lists, warnings);
    const blocks = [...ten, ...hundred].map((member) => blockOf(member, names)).sort(trainFirst);
    const rest = without(all, [...ten, ...hundred, ...odd, ...pickled, ...lists]);
    const source = blockSource(kindOf(ten, hundred), blocks, {
      choices: hundred.length > 0 ? [CLASSES] : [],
      ignored: counted('Python pickles', pickled),
      warnings,
    });
    return { source, rest };
  },
};

const CLASSES: Choice = {
  id: 'class',
  label: 'Class',
  options: [
    { value: 'fine', label: '100 classes', example: 'maple tree' },
    { value: 'coarse', label: '20 classes', example: 'trees' },
  ],
  value: 'fine',
};

const kindOf = (ten: readonly Member[], hundred: readonly Member[]): string =>
  hundred.length === 0 ? 'CIFAR-10' : ten.length === 0 ? 'CIFAR-100' : 'CIFAR-10 and CIFAR-100';

const trainFirst = (a: Block, b: Block): number => compare(b.part, a.part) || compare(a.path, b.path);

async function namesIn(lists: readonly Member[], warnings: string[]): Promise<Names> {
  const linesOf = async (name: string): Promise<string[]> => {
    const list = lists.find(({ path }) => baseName(path).toLowerCase() === name);
    const text = list ? await listText(list, warnings) : '';
    return text.split(/[\r\n]+/).map((line) => cleanText(line).replaceAll('_', ' '));
  };
  const found = await linesOf(NAMES.ten);
  return {
    ten: found[0] === '' ? TEN : found,
    fine: await linesOf(NAMES.fine),
    coarse: await linesOf(NAMES.coarse),
  };
}

function blockOf(member: Member, names: Names): Block {
  const isTen = BATCH_10.test(member.path);
  const recordBytes = isTen ? RECORD_10 : RECORD_100;
  const reader = new ReadAhead();
  let opened: Promise<Blob> | null = null;
  return {
    path: member.path,
    part: baseName(member.path).startsWith('test') ? 'test' : 'train',
    count: member.size / recordBytes,
    entry: async (index, chosen) => {
      const file = await (opened ??= member.blob());
      const record = await reader.bytes(file, index * recordBytes, (index + 1) * recordBytes);
      const isCoarse = chosen['class'] === 'coarse';
      const label = record[isTen || isCoarse ? 0 : 1] as number;
      const list = isTen ? names.ten : isCoarse ? names.coarse : names.fine;
      return {
        picture: {
          kind: 'pixels',
          width: EDGE,
          height: EDGE,
          channels: 3,
          read: () => Promise.resolve(interleaved(record.subarray(-PIXEL_BYTES), 3)),
        },
        className: list[label] || String(label),
      };
    },
  };
}
