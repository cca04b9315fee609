// The claim that the kernels of an embedding agree with plain float64 loops: rows exactly, gradients up to
// the rounding of their sums. Not a test: the tests call it.
import {
  embedding,
  embeddingGradients,
  type EmbeddingGeometry,
} from '../../../../src/engine/plan/kernels/embedding.ts';
import type { Target } from '../../../../src/engine/plan/kernels/target.ts';
import { type Plain, plain, referenceOps, wavy } from '../../reference.ts';
import { claim } from './claim.ts';
import { value } from './run-kernels.ts';

/**
 * dtable[c, v] = the sum of dy over places with id v; dpositions[c, l] = the sum of dy over the batch at l.
 */
function gradientsOf({ length, channels, entries, places }: EmbeddingGeometry, ids: Plain, dy: Plain) {
  const table = new Float64Array(channels * entries);
  const positions = new Float64Array(channels * places);
  dy.data.forEach((slope, i) => {
    const [place, c] = [Math.floor(i / channels), i % channels];
    const word = c * entries + (ids.data[place] as number);
    table[word] = (table[word] as number) + slope;
    const at = c * places + (place % length);
    if (places > 0) positions[at] = (positions[at] as number) + slope;
  });
  return { table, positions };
}

/** `adds`: the gradients are added to what is there. Some ids occur often, most never. */
export async function claimEmbedding(
  target: Target,
  geometry: EmbeddingGeometry,
  { adds = false } = {},
): Promise<void> {
  const { batch, length, channels, entries, places } = geometry;
  const ids = plain([batch, length], (i) => (i % 3 === 0 ? entries - 1 : (i * 7) % entries));
  const [table, where] = [wavy([channels, entries], 1), wavy([channels, places], 2)];
  const dy = wavy([batch, length, channels], 3);
  const beside = places > 0 ? where : null;
  const y = referenceOps.embedding(ids, table, beside);
  const of = (label: string, { shape }: Plain) => value(label, [...shape]);
  const given = { ids: of('ids', ids), dy: of('dy', dy), control: value('control', [4]) };
  const forward = {
    table: of('table', table),
    positions: beside && of('positions', beside),
    y: of('y', y),
  };
  const gradients = {
    table: of('d table', table),
    positions: beside && of('d positions', beside),
  };
  const kernels = [
    ...embedding(target, geometry, { ...given, ...forward }),
    ...embeddingGradients(target, geometry, { ...given, ...gradients }),
  ];
  const [before, beforeAt] = [wavy([channels, entries], 4), wavy([channels, places], 5)];
  const wanted = gradientsOf(geometry, ids, dy);
  const plus = (a: Float64Array, b: Plain) => (adds ? a.map((x, i) => x + (b.data[i] as number)) : a);
  const both = forward.positions && gradients.positions;
  await claim(
    kernels,
    [
      [given.ids, ids.data],
      [given.dy, dy.data],
      [given.control, Uint32Array.of(adds ? 1 : 0, 0, 0, 0)],
      [forward.table, table.data],
      ...(forward.positions ? [[forward.positions, where.data] as [typeof both & object, Float64Array]] : []),
      // Without accumulation the old gradient stays NaN: the kernel must not read it.
      ...(adds ? ([[gradients.table, before.data]] as [typeof gradients.table, Float64Array][]) : []),
      ...(adds && gradients.positions
        ? ([[gradients.positions, beforeAt.data]] as [typeof gradients.table, Float64Array][])
        : []),
    ],
    [
      [forward.y, y.data],
      [gradients.table, plus(wanted.table, before)],
      ...(gradients.positions
        ? ([[gradients.positions, plus(wanted.positions, beforeAt)]] as [
            typeof gradients.table,
            Float64Array,
          ][])
        : []),
    ],
    1e-6,
  );
}
