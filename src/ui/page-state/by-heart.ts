// Whether a sample is a training picture learnt by heart, told by how far the nearest ones are. Not here:
// finding them (data/), showing them (pictures/nearest.tsx).

/** Farther apart no two pictures look alike but for noise. */
const SAME = 0.01;

/** The nearest one is so much nearer than the next (Yoon et al. 2023, section 3). */
const STANDS_OUT = 1 / 3;

/** A sentence. `distances`: root of the mean squared difference of grey, 0..1, the nearest first. */
export function byHeart(distances: readonly number[]): string {
  const [nearest, next] = distances;
  if (nearest === undefined) return 'There is nothing to compare with.';
  if (nearest < SAME) return 'It is the nearest one: the model has learnt that by heart.';
  if (next !== undefined && nearest < STANDS_OUT * next)
    return 'It is far nearer to one than to any other: the model has most likely learnt that by heart.';
  return 'None stands out: it is no copy of one.';
}
