// Reads and writes safetensors without the app's own reader and writer, so that the app's exports are judged
// by other code. Not here: whether a file is a good checkpoint (the tests say what they expect).
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

export interface Tensor {
  dtype: string;
  shape: number[];
  bytes: Uint8Array;
}

export interface CheckpointFile {
  metadata: Record<string, string>;
  /** In the file's order. */
  tensors: Map<string, Tensor>;
}

interface HeaderEntry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

export async function readCheckpoint(path: string): Promise<CheckpointFile> {
  const bytes = await readFile(path);
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, start)) as Record<string, unknown>;
  const { __metadata__: metadata = {}, ...entries } = header;
  const tensors = new Map<string, Tensor>();
  for (const [name, entry] of Object.entries(entries as Record<string, HeaderEntry>)) {
    const [from, to] = entry.data_offsets;
    if (start + to > bytes.length) throw new Error(`${path}: ${name} ends behind the file's end`);
    tensors.set(name, {
      dtype: entry.dtype,
      shape: entry.shape,
      bytes: bytes.subarray(start + from, start + to),
    });
  }
  return { metadata: metadata as Record<string, string>, tensors };
}

/** A file of these tensors, as a program that does not know Perennial could write it. */
export function encodeCheckpoint({ metadata, tensors }: CheckpointFile): Buffer {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const [name, { dtype, shape, bytes }] of tensors) {
    header[name] = { dtype, shape, data_offsets: [offset, (offset += bytes.length)] };
  }
  const text = JSON.stringify(header);
  const json = Buffer.from(text + ' '.repeat(7 - ((Buffer.byteLength(text) + 7) % 8)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, ...[...tensors.values()].map(({ bytes }) => bytes)]);
}

/** The values of a float32 tensor. */
export function floats(file: CheckpointFile, name: string): number[] {
  const tensor = file.tensors.get(name);
  if (tensor?.dtype !== 'F32') throw new Error(`no float32 tensor called ${name}`);
  const view = new DataView(tensor.bytes.buffer, tensor.bytes.byteOffset, tensor.bytes.byteLength);
  return Array.from({ length: tensor.bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * Every tensor that is missing in one of the files, or differs in type, shape or bits; `samples` is left out:
 * whether a step has samples depends on the speed of the device.
 */
export function differences(a: CheckpointFile, b: CheckpointFile): string[] {
  const names = new Set([...a.tensors.keys(), ...b.tensors.keys()]);
  names.delete('samples');
  return [...names].flatMap((name) => {
    const [left, right] = [a.tensors.get(name), b.tensors.get(name)];
    if (!left || !right) return [`${name}: only in the ${left ? 'first' : 'second'}`];
    if (left.dtype !== right.dtype || left.shape.join() !== right.shape.join())
      return [`${name}: ${left.dtype} [${left.shape.join()}] and ${right.dtype} [${right.shape.join()}]`];
    return Buffer.compare(left.bytes, right.bytes) === 0 ? [] : [`${name}: other bits`];
  });
}

/**
 * The same file with a digest that fits its content: SHA-256 over metadata, names, shapes and bytes, as
 * format version 1 says.
 */
export function withDigest({ metadata, tensors }: CheckpointFile): CheckpointFile {
  const { content_sha256: _, ...others } = metadata;
  const lines = Object.keys(others)
    .sort()
    .map((key) => JSON.stringify([key, others[key]]));
  for (const [name, { shape, bytes }] of tensors) lines.push(JSON.stringify([name, shape, sha256(bytes)]));
  return { metadata: { ...others, content_sha256: sha256(lines.join('\n')) }, tensors };
}

const sha256 = (data: Uint8Array | string): string => createHash('sha256').update(data).digest('hex');
