// The contents of the store by run and slot: what each slot holds and takes, what is invalid and why;
// buttons that free storage, delete a run and test the store. Not here: the sums (storage-meter.tsx).
import { runName } from '../../app/run-names.ts';
import { isStepName } from '../../settings/checkpoint-schedule.ts';
import type { StoredRun, StoreReport } from '../../trainer/api.ts';
import { useApp } from '../page-state/app-context.ts';
import { clock, count, fileSize, storage } from '../format.ts';
import { waitsForPressed } from '../page-state/pressed.ts';
import { StoreTest } from './store-test.tsx';

/** "Storage in detail", folded, under Machine; not while another tab trains. */
export function StoragePanel() {
  const { state, commands } = useApp();
  const store = state.store.value;
  if (!store || state.runState.value === 'elsewhere') return null;
  const own = state.datasets.value.filter((info) => !info.builtIn);
  return (
    <details class="fold storage" onToggle={(event) => event.currentTarget.open && commands.refreshStore()}>
      <summary>
        Storage in detail{' '}
        <small>
          {storage(store.usedBytes)} in {count(store.runs.length)} {store.runs.length === 1 ? 'run' : 'runs'}
        </small>
      </summary>
      {store.evicted && (
        <p class="note">The browser deleted checkpoints that were stored here. Import one to go on.</p>
      )}
      <div class="runs">
        {newestFirst(store.runs, state.runs.value).map((run) => (
          <Run key={run.runId} run={run} />
        ))}
      </div>
      {own.map((info) => (
        <p class="note" key={info.id}>
          {info.title}: {count(info.count)} pictures{' '}
          <button
            class="btn s"
            type="button"
            aria-label={`Delete the pictures ${info.title}`}
            onClick={() => commands.deletePictures(info.id)}
          >
            Delete
          </button>
        </p>
      ))}
      <StoreTest />
    </details>
  );
}

type RunReport = StoreReport['runs'][number];
type SlotReport = RunReport['slots'][number];

/** In the order of the list of checkpoints; a run that is not in that list yet comes first. */
function newestFirst(reports: readonly RunReport[], runs: readonly StoredRun[]): RunReport[] {
  const place = ({ runId }: RunReport): number => runs.findIndex((run) => run.runId === runId);
  return reports.toSorted((a, b) => place(a) - place(b));
}

function Run({ run }: { run: RunReport }) {
  const { state, commands } = useApp();
  const name = runName(state.runs.value, run.runId);
  const current = state.run.value?.runId === run.runId;
  const hasSteps = run.slots.some(({ record }) => record && isStepName(record.name));
  return (
    <section aria-label={`Run ${name}`}>
      <h3>
        <bdi>{name}</bdi> <small>{about(run, current)}</small>
      </h3>
      <p class="note">{usedAndReserved(run)}</p>
      <details class="fold">
        <summary>Files</summary>
        <table>
          <thead>
            <tr>
              <th scope="col">File</th>
              <th scope="col">Checkpoint</th>
              <th scope="col">Takes</th>
            </tr>
          </thead>
          <tbody>
            {run.slots.map((slot) => (
              <Slot key={slot.slot} slot={slot} />
            ))}
          </tbody>
        </table>
      </details>
      <div class="buttons">
        {hasSteps && (
          <button class="btn s" type="button" onClick={() => commands.freeStepCheckpoints(run.runId)}>
            Free step checkpoints
          </button>
        )}
        <button
          class="btn s danger"
          type="button"
          disabled={waitsForPressed(state) || state.runState.value === 'starting'}
          onClick={() => commands.deleteRun(run.runId)}
        >
          Delete run
        </button>
      </div>
    </section>
  );
}

function about(run: RunReport, current: boolean): string {
  const words = [`started ${clock(run.note.started, new Date())}`];
  if (current) words.push('this run');
  if (run.note.closed) words.push('closed');
  return words.join(', ');
}

/** "4 checkpoints: 7 MB. Reserved for them and for the next ones: 19 MB." */
function usedAndReserved({ slots }: RunReport): string {
  const held = slots.flatMap(({ record }) => record ?? []);
  const used = held.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const reserved = slots.reduce((sum, { capacityBytes }) => sum + capacityBytes, 0);
  const checkpoints = `${count(held.length)} ${held.length === 1 ? 'checkpoint' : 'checkpoints'}`;
  return `${checkpoints}: ${storage(used)}. Reserved for them and for the next ones: ${storage(reserved)}.`;
}

function Slot({ slot }: { slot: SlotReport }) {
  return (
    <tr>
      <td>{slot.slot}</td>
      <td>{holds(slot)}</td>
      <td>{fileSize(slot.capacityBytes)}</td>
    </tr>
  );
}

function holds({ state, record, why }: SlotReport): string {
  if (state === 'empty') return 'none yet: reserved';
  if (state === 'writing') return 'being written';
  if (state === 'unreadable') return `cannot be read now, left as it is${why ? `: ${why}` : ''}`;
  if (state === 'invalid') return `invalid${why ? `: ${why}` : ''}`;
  return record ? `${record.name}${record.kept ? ', kept' : ''}` : 'valid';
}
