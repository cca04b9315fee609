// Reads a safetensors file that is a Blob: its header alone, or all of its float32 tensors. Memory beyond the tensors is one
// piece of 8 MiB. Not here: the checks themselves (safetensors.ts), files of our own store (checkpoint/load.ts).
import {
  allocateTensors,
  headerBytes,
  type NamedTensor,
  parseHeader,
  type SafetensorsHeader,
  scatter,
} from './safetensors.ts';

const PIECE_BYTES = 8 * 1024 * 1024;

const bytesOf = async (file: Blob, begin: number, end: number): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await file.slice(begin, end).arrayBuffer());

/** The checked header. Throws FaultError kind `file`. */
export async function readHeader(file: Blob): Promise<SafetensorsHeader> {
  const length = headerBytes(await bytesOf(file, 0, 8), file.size);
  return parseHeader(await bytesOf(file, 0, length), file.size);
}

/** All tensors, each in a buffer of its own, in the order of their bytes. Throws FaultError kind `file`. */
export async function readTensors(
  file: Blob,
): Promise<{ tensors: NamedTensor[]; metadata: Record<string, string> }> {
  const header = await readHeader(file);
  const tensors = allocateTensors(header);
  for (let at = header.dataStart; at < file.size; at += PIECE_BYTES) {
    scatter(header, tensors, at, await bytesOf(file, at, at + PIECE_BYTES));
  }
  return { tensors, metadata: header.metadata };
}
