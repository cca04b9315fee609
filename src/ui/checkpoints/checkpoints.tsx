// The list of checkpoints by run, the newest first, with the checkpoint that is being written and those that
// recovery passed over. Not here: a run (run-group.tsx), one checkpoint (checkpoint-row.tsx).
import { useState } from 'preact/hooks';
import { autosaveEveryMs } from '../../settings/autosave.ts';
import type { CheckpointRecord, RunSummary } from '../../trainer/api.ts';
import { useApp } from '../page-state/app-context.ts';
import { type CheckpointGroup, groupsOf } from '../page-state/checkpoint-groups.ts';
import { keyOf } from '../page-state/checkpoint-key.ts';
import { CheckpointRow } from './checkpoint-row.tsx';
import { count, duration, UNKNOWN } from '../format.ts';
import { Icon } from '../controls/icon.tsx';
import { ProgressBar } from '../controls/progress-bar.tsx';
import { RunGroup } from './run-group.tsx';
import { storageUseOf, usedUpTo } from './storage-use.ts';
import { nextCheckpointStep, savesEpochEnds } from '../../settings/checkpoint-schedule.ts';
import { ImportCheckpoint } from '../files/import-checkpoint.tsx';

/** The list, the storage it takes, export and import; shown while there is a run or a checkpoint. */
export function Checkpoints() {
  const { state } = useApp();
  const readOnly = state.runState.value === 'elsewhere';
  const current = state.run.value?.runId ?? null;
  const groups = groupsOf(state.checkpoints.value, current);
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
        {groups.map((group, i) => (
          <Group
            key={group.runId}
            group={group}
            first={i === 0}
            current={group.runId === current}
            readOnly={readOnly}
            isOpen={(key, usually) => toggled.get(key) ?? usually}
            onToggle={(key, open) => setToggled(new Map(toggled).set(key, open))}
          />
        ))}
        <PassedOver />
      </ul>
      {!readOnly && state.machine.value && <Ends />}
    </section>
  );
}

interface GroupProps {
  group: CheckpointGroup;
  first: boolean;
  /** The run on the page. */
  current: boolean;
  readOnly: boolean;
  /** Whether what has this key is open: as the user left it, else `usually`. */
  isOpen: (key: string, usually: boolean) => boolean;
  onToggle: (key: string, open: boolean) => void;
}

/** The first run is open, and its newest checkpoint; all others are folded. */
function Group({ group: { runId, records }, first, current, readOnly, isOpen, onToggle }: GroupProps) {
  const { state } = useApp();
  const best = current ? bestOf(records) : null;
  const open = isOpen(runId, first);
  // An autosave comes and goes: it does not open by itself.
  const opened = first ? (records.find(({ autosave }) => !autosave) ?? records[0]) : null;
  return (
    <RunGroup
      runId={runId}
      records={records}
      open={open}
      readOnly={readOnly}
      onToggle={(opens) => onToggle(runId, opens)}
    >
      {current && <Saving />}
      {records.map((record) => (
        <CheckpointRow
          key={keyOf(record)}
          record={record}
          best={record === best}
          shown={open}
          open={!readOnly && isOpen(keyOf(record), record === opened)}
          readOnly={readOnly}
          onToggle={(opens) => onToggle(keyOf(record), opens)}
        />
      ))}
      {records.length === 0 && <li class="note">{whenFirst(state.run.value)}</li>}
    </RunGroup>
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

/** The lowest mean loss of a run; null where fewer than two checkpoints can be compared. */
function bestOf(records: readonly CheckpointRecord[]): CheckpointRecord | null {
  const own = records.filter(({ meanLoss }) => meanLoss !== null);
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
