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
