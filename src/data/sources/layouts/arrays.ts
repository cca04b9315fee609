// Pictures in NumPy's arrays: .npy, or .npz with several, as ADM's and EDM's reference batches, QuickDraw and
// MedMNIST come. Told by names, shapes and types; arrays of labels are found beside. Not here: what a shape
// means (array-shapes.ts), which arrays these are and whose labels (array-files.ts).
import { npyNumbers } from '../../../formats/npy.ts';
import { ReadAhead } from '../../../formats/read-ahead.ts';
import { cleanText } from '../../../plain-text.ts';
import type { Choice, Layout } from '../source.ts';
import { type ArrayFile, arraysIn, isArrayName, labelsFor, latentCaches } from './array-files.ts';
import { type PictureShape, pictureShape, pixelsOf, type Range, rangeOf, RANGES } from './array-shapes.ts';
import { type Block, blockSource, readable } from './blocks.ts';
import { without } from './left-over.ts';
import { baseName, compare, isPictureName } from './names.ts';

/** Pictures of which the range of numbers is guessed. */
const LOOKED_AT = 16;
/** Names of parts are no classes. */
const PART = /(?:^|[-_.])(?:x|train|test|val|valid|images?|data)(?:[-_.]|$)/i;

/** Null where no array holds pictures, and none was refused. */
export const arrays: Layout = {
  recognise: async (all) => {
    const members = all.toSorted((a, b) => compare(a.path, b.path));
    // Those stay for the layout of the pictures that they belong to.
    const isCache = latentCaches(members.map(({ path }) => path).filter(isPictureName));
    const named = members.filter(({ path }) => isArrayName(path) && !isCache(path));
    if (named.length === 0) return null;
    const warnings: string[] = [];
    const found: ArrayFile[] = [];
    for (const member of named) found.push(...(await arraysIn(member, warnings)));
    const shaped = found.flatMap((file) => {
      const shape = pictureShape(file.header.shape);
      return shape ? [{ file, shape }] : [];
    });
    if (shaped.length === 0 && warnings.length === 0) return null;
    const blocks: Block[] = [];
    // Files of one class each, as QuickDraw's: cat.npy, dog.npy.
    const areClasses = shaped.length > 1 && shaped.every(({ file: { part } }) => !PART.test(part));
    for (const { file, shape } of shaped) {
      const labels = await readable(baseName(file.path), warnings, () => labelsFor(file, shape.count, found));
      const name = areClasses
        ? cleanText(file.part.replace(/^full_numpy_bitmap_/, '').replaceAll('_', ' '))
        : '';
      const block = blockOf(file, shape, (index) => labels?.[index] ?? name);
      blocks.push(areClasses ? { ...block, part: '' } : block);
    }
    const others = found.filter(({ isLabels, header }) => !isLabels && !pictureShape(header.shape));
    warnings.push(
      ...others.map(
        ({ path, header }) =>
          `${baseName(path)} is left out: its shape [${header.shape.join(', ')}] is none of pictures.`,
      ),
    );
    const rest = without(all, named);
    const source = blockSource('Pictures in NumPy arrays', blocks, {
      choices: await rangeChoice(shaped),
      warnings,
    });
    return { source, rest };
  },
};

interface Shaped {
  file: ArrayFile;
  shape: PictureShape;
}

/** Arrays of bytes need no choice, and truth values are black and white. */
const needsRange = ({ header: { code } }: ArrayFile): boolean => code !== 'u1' && code !== 'b1';

/** Where the first such array is, as it seems from some of its pictures; damaged ones are told when read. */
async function rangeChoice(shaped: readonly Shaped[]): Promise<Choice[]> {
  const first = shaped.find(({ file }) => needsRange(file));
  if (!first) return [];
  let [low, high] = [Infinity, -Infinity];
  const read = numbersOf(first.file, first.shape);
  const step = Math.max(1, Math.floor(first.shape.count / LOOKED_AT));
  for (let index = 0; index < first.shape.count && index < step * LOOKED_AT; index += step) {
    const numbers = await readable(first.file.path, [], () => read(index));
    for (const value of Array.from(numbers ?? [])) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  const example = low <= high ? `${Number(low.toPrecision(3))} to ${Number(high.toPrecision(3))} here` : '';
  const options = Object.entries(RANGES).map(([value, { label }]) => ({ value, label, example }));
  return [{ id: 'range', label: 'Black to white', options, value: rangeOf(low, high) }];
}

/** Reads the numbers of a picture. */
function numbersOf(
  { header, open }: ArrayFile,
  { height, width, channels }: PictureShape,
): (index: number) => Promise<ArrayLike<number>> {
  const bytes = height * width * channels * header.itemBytes;
  const reader = new ReadAhead();
  let opened: Promise<Blob> | null = null;
  return async (index) => {
    const begin = header.begin + index * bytes;
    return npyNumbers(header, await reader.bytes(await (opened ??= open()), begin, begin + bytes));
  };
}

function blockOf(file: ArrayFile, shape: PictureShape, nameOf: (index: number) => string): Block {
  const { height, width, channels, count } = shape;
  const read = numbersOf(file, shape);
  let guessed: Promise<Choice[]> | null = null;
  const rangeIn = async (chosen: string | undefined): Promise<Range> => {
    if (!needsRange(file)) return file.header.code === 'b1' ? 'unit' : 'bytes';
    if (chosen !== undefined && chosen in RANGES) return chosen as Range;
    const [choice] = await (guessed ??= rangeChoice([{ file, shape }]));
    return (choice?.value ?? 'bytes') as Range;
  };
  return {
    path: file.path,
    part: file.part,
    count,
    entry: (index, chosen) =>
      Promise.resolve({
        picture: {
          kind: 'pixels',
          width,
          height,
          channels,
          read: async () => pixelsOf(await read(index), await rangeIn(chosen['range']), shape),
        },
        className: nameOf(index),
      }),
  };
}
