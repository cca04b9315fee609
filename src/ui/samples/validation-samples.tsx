// The 16 samples drawn from the checkpoint that was found: large beside the stored ones while validating,
// afterwards one line of the right column that opens. On the page only once, until the run ends. Not here:
// counting the samples that equal the stored ones (trainer/samples/sheet-png.ts).
import type { State } from '../../app/state.ts';
import type { FoundCheckpoint, Sample } from '../../trainer/api.ts';
import { endsAfterSamples, waitsAfterSamples } from '../page-state/after-samples.ts';
import { useApp } from '../page-state/app-context.ts';
import { count, loss } from '../format.ts';
import { PictureCanvas } from '../pictures/picture-canvas.tsx';
import { SAMPLE_COUNT } from '../../settings/sample-counts.ts';
import { callsText, countDrawn, fewerCalls } from '../page-state/count-drawn.ts';
import { PromptLine } from '../pictures/prompt-line.tsx';
import { sampleName } from '../page-state/prompt-text.ts';
import { useSheet } from '../page-state/use-sheet.ts';

/** The step of the samples once all 16 are finished, else undefined. */
function useDrawnStep(): number | undefined {
  const { state } = useApp();
  const grid = state.validation.value;
  const whole = grid?.complete && countDrawn(grid) === SAMPLE_COUNT;
  return whole ? grid.step : undefined;
}

/** Shown in the main part of the view Train while a checkpoint is validated. */
export function ValidationSamples() {
  const { state } = useApp();
  const found = state.found.value;
  const drawn = countDrawn(state.validation.value);
  return (
    <section class="found" aria-label="Validation samples" data-step={useDrawnStep()}>
      <h1>{headingOf(found)}</h1>
      {found && <Facts found={found} />}
      <div class="pair">
        <div>
          <div class="head">
            <h2>Drawn now</h2>
            <p class="quiet">{callsText(state.validation.value) ?? `${drawn} of ${SAMPLE_COUNT}`}</p>
          </div>
          <div class={state.run.value?.prompts ? 'grid worded' : 'grid'}>
            <Canvases lines />
          </div>
        </div>
        {found && <Stored found={found} />}
      </div>
      <InFewerCalls />
      {found && <Resumes found={found} />}
    </section>
  );
}

function headingOf(found: FoundCheckpoint | null): string {
  if (!found) return 'Found a checkpoint';
  return `${found.imported ? 'Imported' : 'Found checkpoint'} ${found.record.name}`;
}

/** Shown in the right column of the view Train after the validation, of the view Generate at any time. */
export function CheckedSamples() {
  const { state } = useApp();
  const found = state.found.value;
  const resumed = found !== null && state.losses.value.resumedAt.includes(found.record.globalStep);
  const drawnStep = useDrawnStep();
  const skipped = state.runState.value !== 'validating' && drawnStep === undefined;
  const verb = verbFor(state.runState.value === 'validating', resumed, found?.imported ?? false);
  return (
    <section class="checked" aria-label="Validation samples" data-step={drawnStep}>
      <details class="fold">
        <summary>
          {verb} {found?.record.name ?? 'a checkpoint'}{' '}
          <small>{skipped ? 'not checked' : comparedText(state)}</small>
        </summary>
        {found && !found.sameBits && <p class="note">{found.sameBitsWhy}</p>}
        <InFewerCalls />
        <div class="mini">
          <Canvases lines={false} />
        </div>
      </details>
    </section>
  );
}

function verbFor(validates: boolean, resumed: boolean, imported: boolean): string {
  if (validates) return 'Checking';
  if (resumed) return 'Resumed from';
  return imported ? 'Imported' : 'Checked';
}

/** What came of the comparison with the stored samples; empty: nothing yet, or there are none. */
function comparedText(state: State): string {
  if (fewerCalls(state) !== null) return 'not compared';
  const alike = state.alike.value;
  if (alike === null) return '';
  return `${alike === SAMPLE_COUNT ? 'all' : `${alike} of`} ${SAMPLE_COUNT} identical`;
}

function InFewerCalls() {
  const { state } = useApp();
  const calls = fewerCalls(state);
  if (calls === null) return null;
  const all = count(state.run.value?.config.sampleSteps ?? calls);
  return (
    <p class="note">
      {SAMPLE_COUNT} samples in {count(calls)} {calls === 1 ? 'call' : 'calls'} instead of {all}, to fit 10 s:
      not compared with the stored ones.
    </p>
  );
}

/** `lines`: there is room for prompts under the pictures. */
function Canvases({ lines }: { lines: boolean }) {
  const { state } = useApp();
  const grid = state.validation.value;
  const prompts = grid?.prompts ?? state.run.value?.prompts ?? null;
  return (
    <>
      {Array.from({ length: SAMPLE_COUNT }, (_, i) => {
        const sample = grid?.samples[i] ?? null;
        const prompt = prompts?.[i] ?? null;
        return (
          <div key={i} title={prompt ?? undefined}>
            <PictureCanvas
              testId="sample"
              class={sample?.drawn === false ? 'clearing' : ''}
              picture={sample}
              label={sampleName(i, prompt, stateOf(sample))}
            />
            {lines && <PromptLine prompt={prompt} />}
          </div>
        );
      })}
    </>
  );
}

function stateOf(sample: Sample | null): string {
  if (sample === null) return 'waiting';
  if (!sample.finite) return 'not finite';
  return sample.drawn ? 'drawn' : 'being drawn';
}

function Facts({ found }: { found: FoundCheckpoint }) {
  const { record, batchLossesRecorded, meanOfLast100 } = found;
  const at = `Step ${count(record.globalStep)}, epoch ${count(record.epoch)}.`;
  const over = Math.min(100, batchLossesRecorded);
  return (
    <p class="facts-line">
      {meanOfLast100 === null ? at : `${at} Loss ${loss(meanOfLast100)} (mean of the last ${over}).`}
    </p>
  );
}

function Stored({ found }: { found: FoundCheckpoint }) {
  const { state } = useApp();
  const sheet = useSheet(found.record.globalStep, found.record.runId);
  const prompts = state.run.value?.prompts ?? null;
  return (
    <div>
      <div class="head">
        <h2>Stored with it</h2>
        <p class="quiet">{sheet ? comparedText(state) || 'when it was saved' : 'saved without samples'}</p>
      </div>
      <div
        class={prompts ? 'grid worded' : 'grid'}
        role="img"
        aria-label={`The ${SAMPLE_COUNT} samples stored with ${found.record.name}`}
      >
        {Array.from({ length: SAMPLE_COUNT }, (_, index) => (
          <div key={index}>
            <PictureCanvas picture={sheet && { sheet, index }} />
            <PromptLine prompt={prompts?.[index]} />
          </div>
        ))}
      </div>
    </div>
  );
}

function Resumes({ found }: { found: FoundCheckpoint }) {
  const { state } = useApp();
  const { record, nextCheckpointStep, sameBits, sameBitsWhy } = found;
  const at = `step ${count(record.globalStep + 1)}. Next checkpoint at step ${count(nextCheckpointStep)}.`;
  const goesOn = waitsAfterSamples(state) ? `Press Resume to go on at ${at}` : `Training resumes at ${at}`;
  return (
    <p class="resumes">
      {endsAfterSamples(state) ? 'The run has made its last step.' : goesOn}
      {!sameBits && <small>{sameBitsWhy}</small>}
    </p>
  );
}
