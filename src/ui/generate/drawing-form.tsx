// The form of the view Generate: checkpoint, weights, seed, number of pictures, steps, sampler. Not here:
// what the typed texts mean (page-state/generate-form.ts), the button and its progress
// (generate-controls.tsx).
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { runName } from '../../app/run-names.ts';
import { SAMPLER_TITLES, samplersOf } from '../../settings/samplers.ts';
import type { Settings } from '../../settings/settings.ts';
import type { CheckpointRecord } from '../../trainer/api.ts';
import { useApp } from '../page-state/app-context.ts';
import { groupsOf } from '../page-state/checkpoint-groups.ts';
import { keyOf } from '../page-state/checkpoint-key.ts';
import { age, UNKNOWN } from '../format.ts';
import { GenerateControls } from './generate-controls.tsx';
import { chosenRecord, meantBy, whyNot } from '../page-state/generate-form.ts';
import { NewSeed } from '../controls/new-seed.tsx';
import { useDrawingFacts } from './use-drawing-facts.ts';
import { WeightsChoice } from '../controls/weights-choice.tsx';

/** The right column of the view Generate: fields, the reason where nothing can be drawn, button, progress. */
export function DrawingForm() {
  const { state, asking } = useApp();
  const record = chosenRecord(asking, state.checkpoints.value);
  const facts = useDrawingFacts(record);
  const { sampleSteps, sampler, predictionType } = state.form.value;
  const usual = facts ?? { steps: sampleSteps, sampler, predictionType };
  const meant = meantBy(asking, usual);
  const { steps, seed, count } = asking;
  const why = whyNot(state.runState.value, facts);
  return (
    <>
      <section class="asking" aria-label="What to draw">
        <Checkpoint record={record} />
        <div class="two-fields">
          <TextField
            label="Seed"
            text={seed.value}
            wrong={meant.wrong.seed}
            onText={(text) => (seed.value = text)}
          >
            <NewSeed onSeed={(text) => (seed.value = text)} />
          </TextField>
          <TextField
            label="How many"
            text={count.value}
            wrong={meant.wrong.count}
            onText={(text) => (count.value = text)}
          />
          <TextField
            label="Steps"
            text={steps.value ?? String(meant.steps)}
            wrong={meant.wrong.steps}
            onText={(text) => (steps.value = text)}
          />
          <Sampler chosen={meant.sampler} choices={samplersOf(usual)} />
        </div>
        {why && (
          <p class="note" id="generate-why">
            {why}
          </p>
        )}
      </section>
      <GenerateControls record={record} facts={facts} meant={meant} barred={why !== null} />
    </>
  );
}

function Checkpoint({ record }: { record: CheckpointRecord | null }) {
  const { state, asking, looking } = useApp();
  const id = useId();
  const groups = groupsOf(state.checkpoints.value, null);
  return (
    <div class="ask">
      <div class="ask-head">
        <label for={id}>Checkpoint</label>
        <WeightsChoice
          chosen={asking.weights.value}
          onChoose={(weights) => (asking.weights.value = weights)}
        />
      </div>
      <select
        id={id}
        class="field"
        disabled={!record}
        value={record ? keyOf(record) : ''}
        onChange={(event) => (asking.chosen.value = event.currentTarget.value)}
      >
        {!record && <option value="">{UNKNOWN}</option>}
        {groups.map(({ runId, records }) => (
          <optgroup key={runId} label={runName(state.runs.value, runId)}>
            {records.map((one) => (
              <option key={keyOf(one)} value={keyOf(one)}>
                {one.name}, {age(looking.now.value - Date.parse(one.created))}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
    </div>
  );
}

interface TextFieldProps {
  label: string;
  text: string;
  wrong: string | undefined;
  onText: (text: string) => void;
  children?: ComponentChildren;
}

function TextField({ label, text, wrong, onText, children }: TextFieldProps) {
  const id = useId();
  return (
    <div class="ask">
      <label for={id}>{label}</label>
      <div class="with">
        <input
          id={id}
          class="field"
          type="text"
          inputMode="numeric"
          autocomplete="off"
          aria-invalid={wrong ? true : undefined}
          aria-describedby={wrong ? `${id}-wrong` : undefined}
          value={text}
          onInput={(event) => onText(event.currentTarget.value)}
        />
        {children}
      </div>
      {wrong && (
        <p class="wrong" id={`${id}-wrong`}>
          {wrong}
        </p>
      )}
    </div>
  );
}

interface SamplerProps {
  chosen: Settings['sampler'];
  choices: readonly Settings['sampler'][];
}

function Sampler({ chosen, choices }: SamplerProps) {
  const { asking } = useApp();
  const id = useId();
  return (
    <div class="ask">
      <label for={id}>Sampler</label>
      <select
        id={id}
        class="field"
        value={chosen}
        onChange={(event) =>
          (asking.sampler.value = choices.find((name) => name === event.currentTarget.value) ?? null)
        }
      >
        {choices.map((choice) => (
          <option key={choice} value={choice}>
            {SAMPLER_TITLES[choice]}
          </option>
        ))}
      </select>
    </div>
  );
}
