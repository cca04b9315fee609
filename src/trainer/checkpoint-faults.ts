// What a checkpoint's file is told to be where it cannot be used. Not here: finding it out
// (checkpoint-file.ts).
import { type Fault, FaultError } from '../fault.ts';

/** A fault of a file (`file`) or of the network that it names (`network`). Nothing was changed. */
export function fileFault(kind: 'file' | 'network', title: string, expected: string, got: string): Fault {
  const todo =
    kind === 'file'
      ? ['Choose a .safetensors file that Perennial exported, whole and unchanged.']
      : ['Start a run with the same size and image size, or choose another file.'];
  return {
    kind,
    title,
    what: 'Nothing was imported, and nothing on this computer was changed.',
    expected,
    got,
    todo,
  };
}

/** Kind `file`. */
export const damaged = (expected: string, got: string): FaultError =>
  new FaultError(fileFault('file', 'This checkpoint is damaged', expected, got));

/** Kind `network`. */
export const ofAnotherNetwork = (expected: string, got: string): FaultError =>
  new FaultError(fileFault('network', 'This checkpoint is of another network', expected, got));

/** Kind `file`. */
export const contradicting = (expected: string, got: string): FaultError =>
  new FaultError(fileFault('file', 'This checkpoint contradicts itself', expected, got));

/** Kind `file`: metadata of another format than ours. `got`: undefined where it names none. */
export const notOurs = (format: string, got: string | undefined): FaultError =>
  new FaultError(
    fileFault(
      'file',
      'This is not a Perennial checkpoint',
      `format ${format} in the file's metadata`,
      got?.slice(0, 64) ?? 'a safetensors file without it',
    ),
  );

/** Kind `file`: of a later format version. */
export const newer = (known: number, version: number): FaultError =>
  new FaultError({
    ...fileFault(
      'file',
      'This checkpoint is from a newer Perennial',
      `format version ${known} or older`,
      `version ${version}`,
    ),
    todo: ['Update Perennial (reload the page while online), then import it again.'],
  });
