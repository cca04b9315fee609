// A button beside the field of a seed that gives a random seed. Not here: the field.
import { Icon } from './icon.tsx';

/** "New seed": calls `onSeed` with a random whole number below 2^32, as text. */
export function NewSeed({ onSeed }: { onSeed: (seed: string) => void }) {
  const draw = (): void => onSeed(String(crypto.getRandomValues(new Uint32Array(1))[0] ?? 0));
  return (
    <button class="btn square" type="button" aria-label="New seed" title="New seed" onClick={draw}>
      <Icon name="dice" />
    </button>
  );
}
