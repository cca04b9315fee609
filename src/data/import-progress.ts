// How an import goes on, told at most ten times a second: counts, and pictures a second. Not here: the
// import (own-pictures.ts).
import type { ImportProgress } from './api.ts';

const EVERY_MS = 100;
/** Over how long the speed is measured. */
const WINDOW_MS = 10_000;

/**
 * Passes progress on at most ten times a second; the last one always. Returns whether it did. `before`:
 * entries that were done when the import went on.
 */
export function progressReporter(
  onProgress: (progress: ImportProgress) => void,
  before: number,
): (progress: Omit<ImportProgress, 'perSecond'>, last: boolean) => boolean {
  let reported = -Infinity;
  const marks = [{ at: performance.now(), done: before }];
  return (progress, last) => {
    const at = performance.now();
    if (!last && at - reported < EVERY_MS) return false;
    reported = at;
    while (marks.length > 1 && at - (marks[0]?.at ?? at) > WINDOW_MS) marks.shift();
    const [first] = marks;
    const seconds = first ? (at - first.at) / 1000 : 0;
    const perSecond = first && seconds > 1 ? (progress.done - first.done) / seconds : null;
    marks.push({ at, done: progress.done });
    onProgress({ ...progress, perSecond });
    return true;
  };
}
