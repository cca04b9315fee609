// What trains: GPU, backend and its self-test, executor, storage, waiting for pictures, wake lock; measured,
// not promised. Not here: what to do without WebGPU (frame/alert.tsx).
import type { Machine as MachineInfo } from '../../trainer/api.ts';
import { useApp } from '../page-state/app-context.ts';
import { count, UNKNOWN } from '../format.ts';
import { StorageMeter } from '../checkpoints/storage-meter.tsx';
import { StoragePanel } from '../checkpoints/storage-panel.tsx';
import { Waiting } from './waiting.tsx';

/** Shown in the right column, unless another tab trains. */
export function Machine() {
  const { state } = useApp();
  const machine = state.machine.value;
  const chosen = Object.entries(state.run.value?.shapesChosen ?? {});
  const timed = chosen.reduce((sum, [, uses]) => sum + uses, 0);
  return (
    <section class="machine" aria-labelledby="h-machine">
      <h2 id="h-machine">Machine</h2>
      <dl class="facts">
        <dt>GPU</dt>
        <dd>{machine?.gpu ?? UNKNOWN}</dd>
        <dt>Backend</dt>
        <dd>
          <span data-testid="backend">{machine?.backend ?? UNKNOWN}</span>
          {machine && ', tested'} {machine?.slow && <span class="tag plain">{slowText(machine)}</span>}
          {machine?.why && <small>{machine.why.title}</small>}
          {machine?.planFault && <small>The plan failed its test here: {machine.planFault}</small>}
        </dd>
        <dt>Storage</dt>
        <dd>
          <StorageMeter />
        </dd>
        <Waiting />
        {state.wakeLock.value && (
          <>
            <dt>Screen</dt>
            <dd>stays on while training</dd>
          </>
        )}
      </dl>
      <StoragePanel />
      <details class="fold how">
        <summary>How it is computed</summary>
        <dl class="facts">
          <dt>Executor</dt>
          <dd>
            <span data-testid="executor">{state.run.value?.executor ?? machine?.executor ?? UNKNOWN}</span>
          </dd>
          {chosen.length > 0 && (
            <>
              <dt>Kernels</dt>
              <dd>
                <span data-testid="shapes-chosen">{count(timed)} timed on this GPU</span>
                <small>
                  Shapes chosen: {chosen.map(([name, uses]) => `${name} (${count(uses)})`).join(', ')}
                </small>
              </dd>
            </>
          )}
        </dl>
      </details>
    </section>
  );
}

const slowText = ({ backend }: MachineInfo): string => (backend === 'webgpu' ? 'software GPU, slow' : 'slow');
