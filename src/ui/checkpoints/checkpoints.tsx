// The list of checkpoints, newest first, with the checkpoint that is being written and those that recovery
// passed over. Not here: one row (checkpoint-row.tsx).
import { useState } from 'preact/hooks';
import { autosaveEveryMs } from '../../settings/autosave.ts';
import type { CheckpointRecord, RunSummary } from '../../trainer/api.ts';
import { useApp } from '../page-state/app-context.ts';
import { keyOf } from '../page-state/checkpoint-key.ts';
import { CheckpointRow } from './checkpoint-row.tsx';
import { count, duration, UNKNOWN } from '../format.ts';
import { Icon } from '../controls/icon.tsx';
import { ProgressBar } from '../controls/progress-bar.tsx';
import { storageUseOf, usedUpTo } from './storage-use.ts';
import { nextCheckpointStep, savesEpochEnds } from '../../settings/checkpoint-schedule.ts';
import { ImportCheckpoint } from '../files/import-checkpoint.tsx';

/** The list, the storage it takes, export and import; shown while there is a run or a checkpoint. */
export function Checkpoints() {
  const { state } = useApp();
  const readOnly = state.runState.value === 'elsewhere';
  const list = state.checkpoints.value;
  const best = bestOf(list, state.run.value?.runId ?? null);
  // An autosave comes and goes: it does not open by itself.
  const first = list.find(({ autosave }) => !autosave) ?? list[0];
  const [toggled, setToggled] = useState<ReadonlyMap<string, boolean>>(new Map());
  return (
    <section class="checkpoints" aria-labelledby="h-checkpoints">
      <div class="head">
        <h2 id="h-checkpoints">Checkpoints</h2>
        <p class="quiet">
          <Used />
        </p>
      </div>
      <ul aria-label="Checkpoints">
        <Saving />
        {list.map((record) => (
          <CheckpointRow
            key={keyOf(record)}
            record={record}
            best={record === best}
            readOnly={readOnly}
            open={!readOnly && (toggled.get(keyOf(record)) ?? record === first)}
            onToggle={(open) => setToggled(new Map(toggled).set(keyOf(record), open))}
          />
        ))}
        <PassedOver />
      </ul>
      {list.length === 0 && <p class="note">{whenFirst(state.run.value)}</p>}
      {!readOnly && state.machine.value && <Ends />}
    </section>
  );
}

function whenFirst(run: RunSummary | null): string {
  if (!run) return UNKNOWN;
  const { config, dataset, stepsPerEpoch } = run;
  const { checkpointEverySteps, checkpointEveryMinutes } = config;
  const first = nextCheckpointStep(config.origin?.globalStep ?? 0, config, dataset.count);
  const seconds = autosaveEveryMs(checkpointEveryMinutes, 0, 0) / 1000;
  const when = `No checkpoint yet. The first is saved at step ${count(first)}, or after ${duration(seconds)} of training.`;
  return savesEpochEnds(config, dataset.count)
    ? when
    : `${when} Epochs of ${count(stepsPerEpoch)} ${stepsPerEpoch === 1 ? 'step' : 'steps'} are shorter than ${count(checkpointEverySteps)}: not every end of one is saved.`;
}

/** The lowest mean loss of the current run; null where fewer than two checkpoints can be compared. */
function bestOf(list: readonly CheckpointRecord[], runId: string | null): CheckpointRecord | null {
  const own = list.filter((record) => record.runId === runId && record.meanLoss !== null);
  if (own.length < 2) return null;
  return own.reduce((a, b) => ((b.meanLoss ?? Infinity) < (a.meanLoss ?? Infinity) ? b : a));
}

function Used() {
  const { state } = useApp();
  const use = storageUseOf(state);
  if (!use || !state.run.value) return null;
  return <>{usedUpTo(use)}</>;
}

function Saving() {
  const { state } = useApp();
  const name = state.saving.value;
  if (name === null) return null;
  return (
    <li class="ck saving">
      <span class="thumb" />
      <div>
        <p class="ck-name">
          <b>{name}</b>
        </p>
        <p class="meta">saving, training goes on</p>
        <ProgressBar label={`Saving ${name}`} done={0} total={null} />
      </div>
    </li>
  );
}

function PassedOver() {
  const { state } = useApp();
  return (
    <>
      {(state.found.value?.passedOver ?? []).map((one) => (
        <li class="ck" key={one.name}>
          <span class="thumb" />
          <div>
            <p class="ck-name">
              <b>{one.name}</b>
            </p>
            <p class="meta why">passed over: {one.why}</p>
          </div>
        </li>
      ))}
    </>
  );
}

/** Buttons that export the newest checkpoint and import one, where the run controls do not offer it. */
function Ends() {
  const { state, commands } = useApp();
  const now = state.runState.value;
  const exportsAbove = now === 'failed' || now === 'finished' || now === 'unavailable';
  return (
    <div class="buttons two">
      {!exportsAbove && (
        <button
          class="btn"
          type="button"
          disabled={state.checkpoints.value.length === 0}
          onClick={() => commands.exportCheckpoint('newest')}
        >
          <Icon name="export" />
          Export checkpoint
        </button>
      )}
      {now !== 'idle' && now !== 'unavailable' && <ImportCheckpoint look="" />}
    </div>
  );
}
