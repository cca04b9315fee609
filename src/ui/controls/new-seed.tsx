// A button beside a seed's field that throws another one. Not here: the field.
import { Icon } from './icon.tsx';

export function NewSeed({ onSeed }: { onSeed: (seed: string) => void }) {
  const draw = (): void => onSeed(String(crypto.getRandomValues(new Uint32Array(1))[0] ?? 0));
  return (
    <button class="btn square" type="button" aria-label="New seed" title="New seed" onClick={draw}>
      <Icon name="dice" />
    </button>
  );
}
