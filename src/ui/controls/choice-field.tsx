// One of several values, as a label over the browser's own list. Not here: few choices in a row
// (segments.tsx), settings (setting-field.tsx).
import { useId } from 'preact/hooks';

interface Props<T extends string> {
  label: string;
  chosen: T;
  /** [value, text], or a group of them under a title. */
  choices: readonly (Choice<T> | Group<T>)[];
  onChoose: (choice: T) => void;
}

type Choice<T> = readonly [T, string];

/** Choices that belong together. */
interface Group<T> {
  title: string;
  choices: readonly Choice<T>[];
}

/** Values that are not among the choices are never given. */
export function ChoiceField<T extends string>({ label, chosen, choices, onChoose }: Props<T>) {
  const id = useId();
  const all = choices.flatMap((one) => ('title' in one ? one.choices : [one]));
  const choose = (text: string): void => {
    const choice = all.find(([value]) => value === text);
    if (choice) onChoose(choice[0]);
  };
  return (
    <div class="ask">
      <label for={id}>{label}</label>
      <select id={id} class="field" value={chosen} onChange={(event) => choose(event.currentTarget.value)}>
        {choices.map((one) =>
          'title' in one
            ? one.choices.length > 0 && (
                <optgroup key={one.title} label={one.title}>
                  {one.choices.map(option)}
                </optgroup>
              )
            : option(one),
        )}
      </select>
    </div>
  );
}

const option = <T extends string>([value, text]: Choice<T>) => (
  <option key={value} value={value}>
    {text}
  </option>
);
