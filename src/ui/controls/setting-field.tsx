// One setting as its row in settings.ts describes it: label, field, unit, help, and what is wrong with the
// typed text. Not here: which settings a form has.
import { useState } from 'preact/hooks';
import { type Setting, type Settings, SETTINGS } from '../../settings/settings.ts';
import { parseSetting } from '../../settings/parse-settings.ts';

interface Props<K extends keyof Settings = keyof Settings> {
  name: K;
  value: Settings[K];
  /** Of a choice: those that the other settings leave. */
  choices?: readonly string[];
  changed?: boolean;
  /** What is wrong with the value together with other settings. */
  wrong?: string | null;
  /** Called only with values in range. */
  onValue: (value: Settings[K]) => void;
}

/** Keeps the text as typed while it is wrong; calls `onValue` only with values in range. */
export function SettingField({ name, value, choices, changed = false, wrong = null, onValue }: Props) {
  const row = SETTINGS[name];
  const setting = row.type === 'choice' && choices ? { ...row, choices } : row;
  const id = `setting-${name}`;
  const [draft, setDraft] = useState<string | null>(null);
  const fault = draft === null ? null : parseSetting(name, draft, value).fault;
  const error = fault ? `${fault.title}. ${fault.what}` : wrong;
  const type = (text: string): void => {
    setDraft(text);
    const parsed = parseSetting(name, text, value);
    if (!parsed.fault) onValue(parsed.value);
  };
  return (
    <div class={changed ? 'setting changed' : 'setting'}>
      <label for={id}>{setting.label}</label>
      <div class="with">
        <Input
          {...{ id, name, setting }}
          text={draft ?? String(value)}
          invalid={error !== null}
          describedBy={error === null ? `${id}-help` : `${id}-wrong ${id}-help`}
          onText={type}
          onDone={() => fault ?? setDraft(null)}
        />
        {setting.unit && <span class="unit">{setting.unit}</span>}
      </div>
      {error !== null && (
        <p class="wrong" id={`${id}-wrong`}>
          {error}
        </p>
      )}
      <small id={`${id}-help`}>{setting.help}</small>
    </div>
  );
}

interface InputProps {
  id: string;
  name: string;
  setting: Setting;
  text: string;
  invalid: boolean;
  describedBy: string;
  onText: (text: string) => void;
  onDone: () => void;
}

function Input({ id, name, setting, text, invalid, describedBy, onText, onDone }: InputProps) {
  const shared = {
    id,
    name,
    'aria-invalid': invalid || undefined,
    'aria-describedby': describedBy,
    onBlur: onDone,
  };
  if (setting.type === 'boolean')
    return (
      <input
        {...shared}
        type="checkbox"
        checked={text === 'true'}
        onChange={(event) => onText(String(event.currentTarget.checked))}
      />
    );
  if (setting.type === 'choice')
    return (
      <select {...shared} class="field" value={text} onChange={(event) => onText(event.currentTarget.value)}>
        {setting.choices.map((choice) => (
          <option key={choice}>{choice}</option>
        ))}
      </select>
    );
  return (
    <input
      {...shared}
      class="field"
      type="text"
      inputMode={setting.type === 'integer' ? 'numeric' : setting.type === 'number' ? 'decimal' : 'text'}
      autocomplete="off"
      spellcheck={false}
      value={text}
      onInput={(event) => onText(event.currentTarget.value)}
    />
  );
}
