// What is said where none of the files that a person brought can be used as a picture. Pure. Not here: why a
// file cannot be (decode.ts), the warnings of a source (sources/).
import type { Fault } from '../fault.ts';
import type { SkippedFile } from './api.ts';

/**
 * `tried`: its entries. `skipped`: the first that was left out. `warnings`: of the source; the first
 * says what to do, as where only the list of a data set came, without its pictures.
 */
export function nothingUsable({
  tried,
  skipped,
  warnings: [warning],
}: {
  tried: number;
  skipped: SkippedFile | undefined;
  warnings: readonly string[];
}): Fault {
  const example = skipped ? [`For example ${skipped.name}: ${skipped.why}.`] : [];
  return {
    kind: 'data',
    title: 'None of these files is a picture that can be used',
    what: [...(warning === undefined ? [] : [warning]), ...example, 'Nothing was stored.'].join(' '),
    expected: 'at least one JPEG, PNG, WebP, AVIF, GIF or BMP',
    got:
      warning !== undefined && tried === 0 ? 'none' : tried === 1 ? '1 other file' : `${tried} other files`,
    todo: ['Choose other files, or a folder that has pictures in it.'],
  };
}
