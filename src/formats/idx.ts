// The idx files of MNIST and its likes (yann.lecun.com/exdb/mnist): big-endian, 0 0 type axes, the edges,
// then bytes. Not here: which file has the labels of which (data/sources/layouts).
import { FaultError } from '../fault.ts';
import { readBytes, viewOf } from './file-bytes.ts';

export interface IdxHeader {
  /** [count, rows, columns] of pictures, [count] of labels. */
  shape: readonly number[];
  /** Where the bytes begin in the file. */
  begin: number;
}

/** The type of unsigned bytes: the only one that pictures and labels come in. */
const BYTES = 8;
const MOST_AXES = 3;

/**
 * The header of an idx file of bytes. Throws FaultError kind `file` where it is none, has other numbers or
 * more than three axes, or ends before its numbers do.
 */
export async function readIdxHeader(file: Blob): Promise<IdxHeader> {
  const start = await readBytes(file, 0, Math.min(4 + 4 * MOST_AXES, file.size));
  const [zero, zeroToo, type, axes] = start;
  if (zero !== 0 || zeroToo !== 0 || axes === undefined)
    throw unsound('two zero bytes at the start', [...start.subarray(0, 4)].join(' '));
  if (type !== BYTES) throw unsound('unsigned bytes (type 8)', `numbers of type ${type}`);
  const begin = 4 + 4 * axes;
  if (axes < 1 || axes > MOST_AXES || begin > start.length)
    throw unsound(`1 to ${MOST_AXES} axes`, `${axes} axes in ${file.size} bytes`);
  const view = viewOf(start);
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis));
  const end = begin + shape.reduce((product, edge) => product * edge, 1);
  if (end > file.size)
    throw unsound(`${end} bytes, as its sizes ${shape.join(' x ')} need`, `${file.size} bytes`);
  return { shape, begin };
}

const unsound = (expected: string, got: string): FaultError =>
  new FaultError({
    kind: 'file',
    title: 'This idx file cannot be read',
    what: 'Its name is one of MNIST’s files. Nothing of it was used.',
    expected,
    got,
    todo: ['Download the file again.'],
  });
