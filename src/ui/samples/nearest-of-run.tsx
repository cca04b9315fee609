// The training pictures nearest to a sample of the run. Not here: pictures of the view Generate, which may be
// of another run.
import { useApp } from '../page-state/app-context.ts';
import { Nearest } from '../pictures/nearest.tsx';
import type { ShownSample } from './shown-samples.ts';

/** Nothing until the sample is drawn, and where the run's pictures are not here. */
export function NearestOfRun({ picture }: { picture: ShownSample }) {
  const { state, looking } = useApp();
  const run = state.run.value;
  const isHere = run && state.datasets.value.some(({ id }) => id === run.dataset.id);
  if (!isHere || picture === null || picture === 'not-finite' || looking.shown.value === null) return null;
  if ('drawn' in picture && !picture.drawn) return null;
  return <Nearest picture={picture} learnsFrom={() => Promise.resolve(run.dataset.id)} />;
}
