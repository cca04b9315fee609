// The grid of samples, and beside it what to compare them with. Not here: where the pictures come from
// (shown-samples.ts).
import { SAMPLE_COUNT, SHEET_COLUMNS } from '../../settings/sample-counts.ts';
import type { State } from '../../app/state.ts';
import { useApp } from '../page-state/app-context.ts';
import { callsText } from '../page-state/count-drawn.ts';
import { sampleName } from '../page-state/prompt-text.ts';
import { CompareSlot } from './compare-slot.tsx';
import { DrawMore } from './draw-more.tsx';
import { count, duration, UNKNOWN } from '../format.ts';
import { PictureGrid } from '../pictures/picture-grid.tsx';
import { PictureTile } from '../pictures/picture-tile.tsx';
import { PromptLine } from '../pictures/prompt-line.tsx';
import { type ShownSample, type ShownSamples, useShownSamples } from './shown-samples.ts';
import { WeightsChoice } from '../controls/weights-choice.tsx';

/** Shown with a run, except while it is validated. */
export function Samples() {
  const { state } = useApp();
  const samples = useShownSamples();
  const paused = state.runState.value === 'paused' || state.runState.value === 'finished';
  return (
    <section class="samples" aria-label="Samples">
      <div class="pair">
        <div class="pair-grid">
          <Head samples={samples} paused={paused} />
          <Grid samples={samples} />
          {paused && <DrawMore />}
        </div>
        <CompareSlot samples={samples} />
      </div>
    </section>
  );
}

function Head({ samples, paused }: { samples: ShownSamples; paused: boolean }) {
  const { looking } = useApp();
  return (
    <div class="head">
      <h2>Samples</h2>
      <p class="quiet">
        <Which samples={samples} />
      </p>
      {paused && (
        <WeightsChoice
          chosen={looking.weights.value}
          onChoose={(weights) => (looking.weights.value = weights)}
        />
      )}
    </div>
  );
}

function Which({ samples }: { samples: ShownSamples }) {
  const { state, looking } = useApp();
  const shown = looking.shown.value;
  if (samples.drawing && shown !== null) return <>{drawingText(state, shown, samples.drawing.before)}</>;
  if (shown !== null) {
    const own = state.run.value?.config.seed;
    const seed = samples.seed === own ? '' : `, seed ${samples.seed}`;
    return <>{`step ${count(shown)}${seed}${samples.weights === 'raw' ? ', raw weights' : ''}`}</>;
  }
  const next = looking.nextSamples.value;
  const { globalStep } = looking.numbers.value;
  const step = looking.stepSeconds.value;
  if (state.run.value === null) return <>{UNKNOWN}</>;
  if (next === null) return <>starting noise</>;
  const wait = step ? `, in ${duration((next - globalStep) * step.seconds)}` : '';
  return <>{`first samples at step ${count(next)}${wait}`}</>;
}

/** What is shown, and what is being drawn: "step 200; step 400 is being drawn". */
function drawingText(state: State, step: number, before: number | null): string {
  // Between training steps the time left is the loop's to decide.
  const calls = callsText(state.samples.value, state.runState.value !== 'training');
  if (calls !== null) return `step ${count(step)} is being drawn: ${calls}`;
  const now = before === null ? 'starting noise' : `step ${count(before)}`;
  return `${now}; step ${count(step)} is being drawn`;
}

function Grid({ samples }: { samples: ShownSamples }) {
  return (
    <PictureGrid
      label={`${SAMPLE_COUNT} samples`}
      class={samples.prompts ? 'grid worded' : 'grid'}
      columns={SHEET_COLUMNS}
      count={samples.pictures.length}
      tile={(index, tabIndex) => <Tile {...{ index, tabIndex, samples }} />}
    />
  );
}

interface TileProps {
  index: number;
  tabIndex: 0 | -1;
  samples: ShownSamples;
}

function Tile({ index, tabIndex, samples }: TileProps) {
  const { looking } = useApp();
  const picture = samples.pictures[index] ?? null;
  const prompt = samples.prompts?.[index] ?? null;
  const chosen = looking.compare.value === 'one' && looking.sample.value === index && picture !== null;
  const press = (): void => {
    looking.sample.value = index;
    looking.wanted.value = 'one';
    if (matchMedia('(max-width: 639px)').matches) looking.enlarged.value = true;
  };
  return (
    <>
      <PictureTile
        name={sampleName(index, prompt, describe(picture, samples))}
        picture={picture}
        chosen={chosen}
        tabIndex={tabIndex}
        onPress={press}
      />
      <PromptLine prompt={prompt} />
    </>
  );
}

function describe(picture: ShownSample, { noise }: ShownSamples): string {
  if (picture === 'not-finite') return 'not finite';
  if (picture === null) return 'not drawn yet';
  if ('drawn' in picture) return picture.drawn ? 'drawn' : 'being drawn';
  return noise ? 'noise' : 'drawn';
}
