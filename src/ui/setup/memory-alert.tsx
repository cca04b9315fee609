// Why this GPU cannot train with the form's settings: needed against available memory, and the batch that
// fits. Not here: faults after Train (frame/alert.tsx).
import { useApp } from '../page-state/app-context.ts';
import { count, separated } from '../format.ts';

/** Shown beside the settings while they do not fit the GPU. */
export function MemoryAlert() {
  const { state, commands } = useApp();
  const fault = state.memory.value?.fault;
  if (!fault) return null;
  const { batchSize } = state.form.value;
  const { kind, title, what, expected, got, todo, fittingBatch } = fault;
  const [limit, need] = kind === 'memory' ? ['Available', 'needed'] : ['Expected', 'got'];
  return (
    <div class="misfit" role="alert">
      <h3>{fittingBatch === undefined ? title : `This GPU cannot hold a batch of ${count(batchSize)}`}</h3>
      <p>{separated(what)}</p>
      <p>
        {limit}: {separated(expected)}, {need}: {separated(got)}.
      </p>
      {fittingBatch === undefined ? (
        <p>{separated(todo.join(' '))}</p>
      ) : (
        <button class="btn" type="button" onClick={() => commands.setForm({ batchSize: fittingBatch })}>
          Use batch size {fittingBatch}
        </button>
      )}
    </div>
  );
}
