// How strongly pictures follow their prompt: scale as number and slider; folded, what they are not to show
// and at which steps guidance applies. Not here: what the texts mean (page-state/words-form.ts).
import { SETTINGS } from '../../settings/settings.ts';
import type { KnownWords } from '../../trainer/api.ts';
import { useApp } from '../page-state/app-context.ts';
import type { Meant } from '../page-state/generate-form.ts';
import { PromptArea } from './prompt-area.tsx';
import { TextField } from './text-field.tsx';

/** Guidance, and the fold "Negative prompt and guidance interval". */
export function GuidanceFields({ known, meant: { wrong, words } }: { known: KnownWords; meant: Meant }) {
  const { asking } = useApp();
  const { guidance, negative, from, to } = asking.words;
  const text = guidance.value ?? String(known.guidanceScale);
  const isOff = words?.guidance.scale === 1;
  return (
    <>
      <div class="guidance">
        <TextField
          label="Guidance"
          text={text}
          inputMode="decimal"
          wrong={wrong.guidance}
          onText={(typed) => (guidance.value = typed)}
        >
          <input
            type="range"
            aria-label="Guidance, slider"
            min={SETTINGS.guidanceScale.min}
            max={SETTINGS.guidanceScale.max}
            step={0.5}
            value={words?.guidance.scale ?? known.guidanceScale}
            onInput={(event) => (guidance.value = event.currentTarget.value)}
          />
        </TextField>
        <small>
          {isOff ? 'None: twice as fast.' : 'How strongly pictures follow their prompt; 1: as it was learnt.'}
        </small>
      </div>
      <details class="fold advanced">
        <summary>Negative prompt and guidance interval</summary>
        <div class="asking">
          <PromptArea
            label="Negative prompt"
            text={negative.value}
            placeholder="Empty: away from pictures of nothing in particular"
            note={isOff && words.negative !== '' ? 'Without guidance it has no effect.' : null}
            onText={(typed) => (negative.value = typed)}
          />
          <div class="two-fields" role="group" aria-label="Guidance interval">
            <TextField
              label="Guided from (%)"
              text={from.value}
              inputMode="decimal"
              wrong={wrong.from}
              onText={(typed) => (from.value = typed)}
            />
            <TextField
              label="Guided to (%)"
              text={to.value}
              inputMode="decimal"
              wrong={wrong.to}
              onText={(typed) => (to.value = typed)}
            />
          </div>
        </div>
      </details>
    </>
  );
}
