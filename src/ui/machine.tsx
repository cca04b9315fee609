// What trains: GPU, backend and its self-test, executor, storage, wake lock. What is measured, not what is promised.
import type { Fault } from '../fault.ts';
import type { Machine as MachineInfo } from '../trainer/api.ts';
import { useApp } from './app-context.ts';
import { UNKNOWN } from './format.ts';
import { StorageMeter } from './storage-meter.tsx';
import { StoragePanel } from './storage-panel.tsx';

export function Machine() {
  const { state } = useApp();
  const machine = state.machine.value;
  return (
    <section class="machine" aria-labelledby="h-machine">
      <h2 id="h-machine">Machine</h2>
      <dl class="facts">
        <dt>GPU</dt>
        <dd>{machine?.gpu ?? UNKNOWN}</dd>
        <dt>Backend</dt>
        <dd>
          <span data-testid="backend">{machine?.backend ?? UNKNOWN}</span>
          {machine && `, ${selfTest(machine)}`}
          {machine && machine.backend !== 'webgpu' && <span class="tag plain">slow</span>}
        </dd>
        <dt>Executor</dt>
        <dd>
          <span data-testid="executor">{machine?.executor ?? UNKNOWN}</span>
        </dd>
        <dt>Storage</dt>
        <dd>
          <StorageMeter />
        </dd>
        {state.wakeLock.value && (
          <>
            <dt>Screen</dt>
            <dd>kept awake while training</dd>
          </>
        )}
      </dl>
      {machine?.why && <Why fault={machine.why} />}
      <StoragePanel />
    </section>
  );
}

const selfTest = ({ selfTest: { passed, detail } }: MachineInfo): string =>
  passed ? 'passed its gradient test' : `failed its gradient test: ${detail}`;

/** Why it is not WebGPU, and the way out. */
function Why({ fault }: { fault: Fault }) {
  return (
    <div class="why">
      <b>{fault.title}</b>
      <p>{fault.what}</p>
      <ul>
        {fault.todo.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ul>
    </div>
  );
}
