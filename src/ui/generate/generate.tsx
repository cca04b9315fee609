// The view Generate: pictures from a checkpoint, one of them enlarged, and its way from noise. Not here: the
// form (drawing-form.tsx).
import { SAMPLE_COUNT, SHEET_COLUMNS } from '../../settings/sample-counts.ts';
import { SAMPLER_TITLES } from '../../settings/samplers.ts';
import type { Generated } from '../../app/state.ts';
import type { Sample } from '../../trainer/api.ts';
import { useApp } from '../page-state/app-context.ts';
import { count, duration } from '../format.ts';
import { Icon } from '../controls/icon.tsx';
import { NoiseToPicture } from './noise-to-picture.tsx';
import { PictureCanvas } from '../pictures/picture-canvas.tsx';
import { PictureGrid } from '../pictures/picture-grid.tsx';
import { PictureTile } from '../pictures/picture-tile.tsx';
import { countDrawn } from '../page-state/count-drawn.ts';

/** The main part of the view; without any checkpoint, the way to get one. */
export function Generate() {
  const { state } = useApp();
  const { value: generated } = state.generated;
  if (!generated && state.checkpoints.value.length === 0) return <NothingYet />;
  return (
    <>
      <h1 class="vh">Generate pictures</h1>
      <div class="stack">
        <section class="pair" aria-label="Generated pictures">
          <div class="pair-grid">
            <Head generated={generated} />
            {generated ? <Grid generated={generated} /> : <Places />}
            <From />
          </div>
          <One generated={generated} />
        </section>
        <NoiseToPicture />
      </div>
    </>
  );
}

function NothingYet() {
  const { state } = useApp();
  const looks = state.runState.value === 'starting';
  return (
    <div class="calm">
      <h1>Generate pictures</h1>
      <p>
        {looks ? 'Looking for checkpoints.' : 'Nothing to draw from yet.'} Train a model or import one in{' '}
        <a href="#train">Train</a>.
      </p>
    </div>
  );
}

function Head({ generated }: { generated: Generated | null }) {
  const { commands } = useApp();
  const drawn = countDrawn(generated);
  return (
    <div class="head">
      <h2>Pictures</h2>
      <p class="quiet" role="status" aria-label="Pictures drawn">
        {generated && howMany(generated, drawn)}
      </p>
      <button
        class="btn s ghost end"
        type="button"
        disabled={drawn === 0}
        onClick={() => commands.saveGenerated('all')}
      >
        <Icon name="save" />
        Save all
      </button>
    </div>
  );
}

function howMany({ complete, seconds, samples }: Generated, drawn: number): string {
  if (!complete) return `${drawn} of ${samples.length}`;
  return seconds === null ? `${drawn}, cancelled` : `${drawn}, in ${duration(seconds)}`;
}

/** Up to 16 pictures at full size; more at half size. */
function Grid({ generated: { samples } }: { generated: Generated }) {
  const many = samples.length > SAMPLE_COUNT;
  return (
    <PictureGrid
      label={`${samples.length} pictures`}
      columns={many ? 2 * SHEET_COLUMNS : SHEET_COLUMNS}
      count={samples.length}
      class={many ? 'grid many' : 'grid'}
      tile={(index, tabIndex) => <Tile {...{ index, tabIndex }} sample={samples[index] ?? null} />}
    />
  );
}

interface TileProps {
  index: number;
  tabIndex: 0 | -1;
  sample: Sample | null;
}

function Tile({ index, tabIndex, sample }: TileProps) {
  const { asking } = useApp();
  return (
    <PictureTile
      name={`Picture ${index + 1}, ${describe(sample)}`}
      picture={sample && !sample.finite ? 'not-finite' : sample}
      chosen={asking.picture.value === index && sample !== null}
      tabIndex={tabIndex}
      onPress={() => (asking.picture.value = index)}
    />
  );
}

function describe(sample: Sample | null): string {
  if (sample === null) return 'not drawn yet';
  if (!sample.finite) return 'not finite';
  return sample.drawn ? 'drawn' : 'being drawn';
}

/** Empty tiles before the first drawing. */
function Places() {
  return (
    <div class="grid" aria-hidden="true">
      {Array.from({ length: SAMPLE_COUNT }, (_, i) => (
        <PictureCanvas key={i} picture={null} />
      ))}
    </div>
  );
}

/** The recipe: with it anyone draws the same pictures. */
function From() {
  const { state } = useApp();
  const asked = state.asked.value;
  if (!asked || !state.generated.value) return null;
  const weights = asked.weights === 'ema' ? 'EMA weights' : 'raw weights';
  return (
    <p class="caption">
      {asked.name}, {weights}, seed {asked.seed}, {count(asked.steps)} {asked.steps === 1 ? 'step' : 'steps'}{' '}
      of {SAMPLER_TITLES[asked.sampler]}
    </p>
  );
}

function One({ generated }: { generated: Generated | null }) {
  const { commands, asking } = useApp();
  const index = asking.picture.value;
  const sample = generated?.samples[index] ?? null;
  if (!generated || !sample)
    return (
      <div class="pair-one waits">
        <div class="head">
          <h2>One picture</h2>
        </div>
        <p class="slot-note">
          {generated
            ? 'Press a picture to see it enlarged here.'
            : 'Press Generate, then a picture to see it enlarged, and how it comes out of noise.'}
        </p>
      </div>
    );
  return (
    <div class="pair-one">
      <div class="head">
        <h2>Picture {index + 1}</h2>
        <p class="quiet">seed {generated.seed}</p>
        <button
          class="btn s ghost end"
          type="button"
          aria-label={`PNG of picture ${index + 1}`}
          disabled={!sample.drawn}
          onClick={() => commands.saveGenerated(index)}
        >
          <Icon name="save" />
          PNG
        </button>
      </div>
      {sample.finite ? (
        <PictureCanvas class="one" picture={sample} label={`Picture ${index + 1}, enlarged`} />
      ) : (
        <p class="slot-note">not finite</p>
      )}
    </div>
  );
}
