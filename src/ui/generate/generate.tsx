// The view Generate: pictures from a checkpoint, one of them enlarged, and its way from noise. Not here: the
// form (drawing-form.tsx), how the pictures lie (picture-sets.tsx).
import { SAMPLE_COUNT } from '../../settings/sample-counts.ts';
import { isReadyModel } from '../../settings/ready-model.ts';
import { SAMPLER_TITLES } from '../../settings/samplers.ts';
import { eachOf } from '../../app/asked-set.ts';
import type { AskedWords, Generated } from '../../app/state.ts';
import { useApp } from '../page-state/app-context.ts';
import { count, duration, percent } from '../format.ts';
import { Icon } from '../controls/icon.tsx';
import { Nearest } from '../pictures/nearest.tsx';
import { NoiseToPicture } from './noise-to-picture.tsx';
import { PictureCanvas } from '../pictures/picture-canvas.tsx';
import { PictureSets, PromptLabel } from './picture-sets.tsx';
import { countDrawn } from '../page-state/count-drawn.ts';
import { drawableCheckpoints } from '../page-state/drawable-checkpoints.ts';
import { chosenRecord } from '../page-state/generate-form.ts';
import { ReadyNote } from './ready-note.tsx';

/** The main part of the view. */
export function Generate() {
  const { state, asking } = useApp();
  const { value: generated } = state.generated;
  const record = chosenRecord(asking, drawableCheckpoints(state.checkpoints.value));
  return (
    <>
      <h1 class="vh">Generate pictures</h1>
      <div class="stack">
        {record && isReadyModel(record) && <ReadyNote />}
        <section class="pair" aria-label="Generated pictures">
          <div class="pair-grid">
            <Head generated={generated} />
            {generated ? <PictureSets generated={generated} asked={state.asked.value} /> : <Places />}
            <From />
          </div>
          <One generated={generated} />
        </section>
        <NoiseToPicture />
      </div>
    </>
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
  const { words, steps } = asked;
  const weights = asked.weights === 'ema' ? 'EMA weights' : 'raw weights';
  return (
    <>
      {words?.layout === 'one' && <PromptLabel prompt={words.prompts[0] ?? ''} />}
      <p class="caption">
        {asked.name}, {weights}, seed {asked.seed}, {count(steps)} {steps === 1 ? 'step' : 'steps'} of{' '}
        {SAMPLER_TITLES[asked.sampler]}
        {words && guidanceOf(words)}
        {asked.className !== null && (
          <>
            , class <bdi>{asked.className}</bdi>
          </>
        )}
      </p>
      {words && words.negative !== '' && (
        <p class="caption">
          <span>
            Not: <bdi>{words.negative}</bdi>
          </span>
        </p>
      )}
    </>
  );
}

function guidanceOf({ guidance: { scale, start, stop } }: AskedWords): string {
  if (scale === 1) return ', no guidance';
  const part = start > 0 || stop < 1 ? ` from ${percent(start, 2)} to ${percent(stop, 2)} of the steps` : '';
  return `, guidance ${scale}${part}`;
}

function One({ generated }: { generated: Generated | null }) {
  const { state, commands, asking } = useApp();
  const index = asking.picture.value;
  const asked = state.asked.value;
  const prompts = asked?.words?.prompts ?? [];
  const each = asked ? eachOf(asked) : 1;
  const told = generated?.prompts ?? [];
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
        <p class="quiet">
          seed {generated.seed}
          {prompts.length > 1 && `, noise ${(index % each) + 1}`}
        </p>
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
      {new Set(told).size > 1 && <PromptLabel prompt={told[index] ?? ''} />}
      {asked && sample.drawn && sample.finite && (
        <Nearest
          picture={sample}
          learnsFrom={async () => (await commands.drawingFacts(asked.ref))?.dataset ?? null}
        />
      )}
    </div>
  );
}
