// Why this GPU cannot train with the form's settings: needed against available memory, and what fits, each
// with its bytes. Not here: faults after Train (frame/alert.tsx).
import type { MemoryOffer } from '../../fault.ts';
import { useApp } from '../page-state/app-context.ts';
import { count, separated, storage } from '../format.ts';

/** Shown beside the settings while they do not fit the GPU. */
export function MemoryAlert() {
  const { state } = useApp();
  const fault = state.memory.value?.fault;
  if (!fault) return null;
  const { batchSize } = state.form.value;
  const { kind, title, what, expected, got, todo, offers = [] } = fault;
  const [limit, need] = kind === 'memory' ? ['Available', 'needed'] : ['Expected', 'got'];
  return (
    <div class="misfit" role="alert">
      <h3>{offers.length === 0 ? title : `This GPU cannot hold a batch of ${count(batchSize)}`}</h3>
      <p>{separated(what)}</p>
      <p>
        {limit}: {separated(expected)}, {need}: {separated(got)}.
      </p>
      {offers.length === 0 ? <p>{separated(todo.join(' '))}</p> : <Offers offers={offers} />}
    </div>
  );
}

function Offers({ offers }: { offers: readonly MemoryOffer[] }) {
  const { commands } = useApp();
  const again = offers.some(({ settings }) => settings.gradientCheckpointing);
  return (
    <>
      <div class="offers">
        {offers.map(({ settings, bytes }) => (
          <button key={named(settings)} class="btn" type="button" onClick={() => commands.setForm(settings)}>
            {named(settings)} <small>{storage(bytes)}</small>
          </button>
        ))}
      </div>
      {again && (
        <p>
          Gradient checkpointing computes layers again instead of keeping them: the same result, each step
          about a fifth longer.
        </p>
      )}
    </>
  );
}

function named({ batchSize, gradientCheckpointing }: MemoryOffer['settings']): string {
  if (!gradientCheckpointing) return `Use batch size ${batchSize}`;
  return batchSize === undefined
    ? 'Use gradient checkpointing'
    : `Use batch size ${batchSize} and gradient checkpointing`;
}
