// The few buttons that control the run; the primary one is always in the same place. On small screens the bar
// at the bottom. Not here: actions on one checkpoint (checkpoints/).
import { useState } from 'preact/hooks';
import { SAMPLE_COUNT } from '../../settings/sample-counts.ts';
import { namesNoSet } from '../../app/picture-sets.ts';
import { lastRun, runName } from '../../app/run-names.ts';
import { SETTINGS } from '../../settings/settings.ts';
import type { PageState, Pressed, State } from '../../app/state.ts';
import type { RunSummary } from '../../trainer/api.ts';
import { endsAfterSamples, waitsAfterSamples } from '../page-state/after-samples.ts';
import { useApp } from '../page-state/app-context.ts';
import { Brief } from './brief.tsx';
import { ImportCheckpoint } from '../files/import-checkpoint.tsx';
import { Icon, type IconName } from '../controls/icon.tsx';
import { StepsField, stepsIn } from '../controls/steps-field.tsx';
import { pressedText, waitsForPressed } from '../page-state/pressed.ts';
import { preparingText } from '../page-state/preparing.ts';
import { count } from '../format.ts';
import { ProgressBar } from '../controls/progress-bar.tsx';

/**
 * Buttons by state, unless another tab trains. `hasRun`: there is a run, or a reload will most likely find
 * one.
 */
export function RunControls({ hasRun }: { hasRun: boolean }) {
  const { state } = useApp();
  const now = state.runState.value;
  return (
    <section class="controls" aria-label="Run controls">
      <Brief />
      {now === 'finished' ? (
        <Finished />
      ) : (
        <div class={lastRun(state) ? 'buttons three' : 'buttons'}>
          <Buttons now={now} hasRun={hasRun} />
        </div>
      )}
      <AboutTheLastRun />
      {now === 'idle' && <WhatTrainWaitsFor />}
      {now === 'starting' && <Preparing />}
      {now === 'validating' && <p class="note">{validatingNote(state)}</p>}
    </section>
  );
}

function WhatTrainWaitsFor() {
  const { state, looking } = useApp();
  if (looking.bringsOwn.value) return <p class="note">Choose files or a folder first.</p>;
  return namesNoSet(state) ? <p class="note">Choose pictures first.</p> : null;
}

function validatingNote(state: State): string {
  if (endsAfterSamples(state)) return `After the ${SAMPLE_COUNT} samples, or Skip, it can be trained longer.`;
  return waitsAfterSamples(state)
    ? `After the ${SAMPLE_COUNT} samples, or Skip, the run waits for Resume.`
    : `If you press Pause now, the ${SAMPLE_COUNT} samples are finished first, or skipped by Skip.`;
}

/** How much longer the run is to be trained, by default as many steps again, and the buttons. */
function Finished() {
  const { state, commands } = useApp();
  const run = state.run.value;
  const [draft, setDraft] = useState<string | null>(null);
  if (!run) return null;
  const most = SETTINGS.maxSteps.max - run.lastStep;
  const text = draft ?? String(Math.min(run.lastStep, most));
  const steps = stepsIn(text, most);
  return (
    <>
      <StepsField label="More steps" text={text} most={most} onText={setDraft} />
      <div class="buttons">
        <Action
          name="Train longer"
          icon="play"
          look="primary"
          command="train-longer"
          disabled={steps === null}
          onPress={() => steps !== null && commands.trainLonger(steps)}
        />
        <ExportNewest />
        <NewRunButton />
      </div>
      {steps !== null && <p class="note">{longerNote(run, steps)}</p>}
    </>
  );
}

function longerNote({ lastStep, config }: RunSummary, steps: number): string {
  const goesOn = `This run goes on from step ${count(lastStep)} to ${count(lastStep + steps)}.`;
  return config.learningRateSchedule === 'cosine'
    ? `${goesOn} Its learning rate falls to zero at the new end, so it rises first.`
    : goesOn;
}

function Buttons({ now, hasRun }: { now: Exclude<PageState, 'finished'>; hasRun: boolean }) {
  const { state, looking } = useApp();
  switch (now) {
    case 'idle':
      return (
        <>
          {lastRun(state)?.comesFirst && <ContinueLast />}
          <Train disabled={false} />
          {!lastRun(state)?.comesFirst && <ContinueLast />}
          <ImportCheckpoint />
        </>
      );
    case 'starting':
      // At step 0 the user pressed Train; in all other cases a run is about to resume.
      return hasRun && !(state.run.value && looking.numbers.value.globalStep === 0) ? (
        <Resume disabled />
      ) : (
        // Before this computer is checked, too: the press is kept.
        <Train disabled={state.machine.value !== null} />
      );
    case 'training':
      return (
        <>
          <Pause />
          <Save />
        </>
      );
    case 'validating':
      return <Validating />;
    case 'paused':
      return (
        <>
          <Resume disabled={false} />
          <Save />
        </>
      );
    case 'failed':
      return (
        <>
          <TryAgain />
          <ExportNewest />
        </>
      );
    case 'unavailable':
      return <ExportNewest />;
    case 'elsewhere':
      return null;
    default:
      return now satisfies never;
  }
}

interface ActionProps {
  name: string;
  icon: IconName;
  look: string;
  kbd?: string;
  /** The command of the button, where its answer takes a while. */
  command?: Pressed['what'];
  /** Id of a sentence about the button. */
  describedBy?: string;
  disabled?: boolean;
  onPress: () => void;
}

/** Disabled while a command is carried out; the button of that command is named after what it does. */
function Action({ name, icon, look, kbd, command, describedBy, disabled = false, onPress }: ActionProps) {
  const { state } = useApp();
  const doing = command !== undefined && state.pressed.value?.what === command ? pressedText(state) : null;
  const barred = disabled || doing !== null || waitsForPressed(state, command);
  return (
    <button
      class={`btn ${look}`}
      type="button"
      aria-label={doing ?? name}
      aria-describedby={describedBy}
      disabled={barred}
      onClick={onPress}
    >
      <Icon name={icon} />
      <span>{doing ?? name}</span>
      {kbd && !barred && <kbd aria-hidden="true">{kbd}</kbd>}
    </button>
  );
}

function Train({ disabled }: { disabled: boolean }) {
  const { state, commands, looking } = useApp();
  const noPictures = looking.bringsOwn.value || state.importing.value !== null || namesNoSet(state);
  const tooLarge = Boolean(state.memory.value?.fault);
  return (
    <Action
      name="Train"
      icon="play"
      look={lastRun(state)?.comesFirst ? 'second worded' : 'primary xl'}
      command="train"
      disabled={disabled || noPictures || tooLarge}
      onPress={() => commands.train()}
    />
  );
}

/** First, and the primary button, unless the last run is finished or a new one is wanted: then Train is. */
function ContinueLast() {
  const { state, commands } = useApp();
  const last = lastRun(state);
  if (!last) return null;
  return (
    <Action
      name="Continue the last run"
      icon="play"
      look={last.comesFirst ? 'primary xl' : 'second worded'}
      describedBy={LAST_RUN}
      onPress={() => commands.continueRun(last.runId)}
    />
  );
}

const LAST_RUN = 'about-the-last-run';

function AboutTheLastRun() {
  const { state } = useApp();
  const last = lastRun(state);
  if (!last) return null;
  return (
    <p class="note" id={LAST_RUN}>
      The last run is <bdi>{runName(state.runs.value, last.runId)}</bdi>:{' '}
      {last.finished ? `finished at step ${count(last.step)}` : `it goes on at step ${count(last.step + 1)}`}.
    </p>
  );
}

function Pause() {
  const { commands } = useApp();
  return (
    <Action
      name="Pause"
      icon="pause"
      look="strong"
      kbd="Space"
      command="pause"
      onPress={() => commands.pause()}
    />
  );
}

/** A run that waits after its validation is paused already; one that has made its last step does neither. */
function Validating() {
  const { state } = useApp();
  return (
    <>
      {!endsAfterSamples(state) && (waitsAfterSamples(state) ? <Resume disabled /> : <Pause />)}
      <Skip />
    </>
  );
}

function Skip() {
  const { commands } = useApp();
  return (
    <Action
      name="Skip"
      icon="chevron"
      look="second worded"
      command="skip"
      onPress={() => commands.skipValidation()}
    />
  );
}

function Resume({ disabled }: { disabled: boolean }) {
  const { commands } = useApp();
  return (
    <Action
      name="Resume"
      command="resume"
      icon="play"
      look="primary"
      kbd="Space"
      disabled={disabled}
      onPress={() => commands.resume()}
    />
  );
}

function Save() {
  const { state, commands } = useApp();
  const saves = state.saving.value !== null;
  return (
    <Action
      name="Save checkpoint"
      command="save"
      icon="disk"
      look="second"
      disabled={saves}
      onPress={() => commands.saveCheckpoint()}
    />
  );
}

function ExportNewest() {
  const { state, commands } = useApp();
  return (
    <Action
      name="Export checkpoint"
      icon="export"
      look="second"
      disabled={state.checkpoints.value.length === 0}
      onPress={() => commands.exportCheckpoint('newest')}
    />
  );
}

function NewRunButton() {
  const { commands } = useApp();
  return (
    <Action name="New run" icon="plus" look="second" command="new-run" onPress={() => commands.newRun()} />
  );
}

function TryAgain() {
  const { commands } = useApp();
  return <Action name="Try the GPU again" icon="sync" look="primary" onPress={() => commands.retryGpu()} />;
}

function Preparing() {
  const { state } = useApp();
  const { done = 0, total = null } = state.preparing.value ?? {};
  return (
    <>
      <ProgressBar label="Preparing" done={done} total={total} />
      <p class="note">{preparingText(state)}</p>
    </>
  );
}
