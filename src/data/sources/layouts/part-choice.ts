// The choice among the parts of a data set: train, test, ... Not here: how a layout tells them apart.
import type { Choice, Option } from '../source.ts';
import { counting } from './names.ts';

/** Taken where no part is chosen. */
export const ALL = 'all';

/** `counts`: pictures of each part, in the order to show. No choice where there is one part, or none. */
export function partChoice(counts: ReadonlyMap<string, number>, total: number): Choice[] {
  if (counts.size < 2) return [];
  const option = (value: string, count: number): Option => ({
    value,
    label: value || '(no part)',
    example: counting(count, 'picture'),
    leavesOut: total - count,
  });
  const options = [...counts].map(([part, count]) => option(part, count));
  return [{ id: 'split', label: 'Part', options: [option(ALL, total), ...options], value: ALL }];
}
