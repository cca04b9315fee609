// The form of the view Generate: checkpoint, weights, seed, number of pictures, steps, sampler; with words
// also prompts and guidance, of a model that draws by class the class. Not here: what the typed texts mean
// (page-state/generate-form.ts), the fields for words (prompt-fields.tsx, guidance-fields.tsx), the button
// and its progress (generate-controls.tsx).
import { useId } from 'preact/hooks';
import { runName } from '../../app/run-names.ts';
import { isReadyModel, READY_MODEL } from '../../settings/ready-model.ts';
import { SAMPLER_TITLES, samplersOf } from '../../settings/samplers.ts';
import type { CheckpointRecord } from '../../trainer/api.ts';
import { useApp } from '../page-state/app-context.ts';
import { groupsOf } from '../page-state/checkpoint-groups.ts';
import { keyOf } from '../page-state/checkpoint-key.ts';
import { age, UNKNOWN } from '../format.ts';
import { drawableCheckpoints } from '../page-state/drawable-checkpoints.ts';
import { ChoiceField } from '../controls/choice-field.tsx';
import { GenerateControls } from './generate-controls.tsx';
import {
  chosenRecord,
  giveSeed,
  type Meant,
  meantBy,
  type Usual,
  whyNot,
} from '../page-state/generate-form.ts';
import { GuidanceFields } from './guidance-fields.tsx';
import { Icon } from '../controls/icon.tsx';
import { NewSeed } from '../controls/new-seed.tsx';
import { PromptFields } from './prompt-fields.tsx';
import { TextField } from './text-field.tsx';
import { useDrawingFacts } from './use-drawing-facts.ts';
import { WeightsChoice } from '../controls/weights-choice.tsx';

/** The right column of the view Generate: fields, the reason where nothing can be drawn, button, progress. */
export function DrawingForm() {
  const { state, asking } = useApp();
  const record = chosenRecord(asking, drawableCheckpoints(state.checkpoints.value));
  const told = useDrawingFacts(record);
  const facts = told ?? null;
  const { sampleSteps, sampler, predictionType } = state.form.value;
  const usual = facts ?? { steps: sampleSteps, sampler, predictionType, words: null, classes: null };
  const meant = meantBy(asking, usual);
  const why = whyNot(state.runState.value, told);
  return (
    <>
      <section class="asking" aria-label="What to draw">
        {asking.filled.value !== null && (
          <p class="note filled" role="status">
            {asking.filled.value}
          </p>
        )}
        <Checkpoint record={record} />
        {usual.words && <PromptFields record={record} known={usual.words} meant={meant} />}
        {usual.classes && <ClassChoice chosen={meant.className} classes={usual.classes} />}
        <Numbers usual={usual} meant={meant} />
        {usual.words && <GuidanceFields known={usual.words} meant={meant} />}
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

/** Which class is drawn, for a model that draws by class. */
function ClassChoice({ chosen, classes }: { chosen: string | null; classes: readonly string[] }) {
  const { asking } = useApp();
  return (
    <ChoiceField
      label="Class"
      chosen={chosen ?? ''}
      choices={[['', 'Each in turn'], ...classes.map((name) => [name, name] as const)]}
      onChoose={(name) => (asking.className.value = name || null)}
    />
  );
}

/** Seed, number of pictures, steps, sampler. */
function Numbers({ usual, meant: { wrong, ...meant } }: { usual: Usual; meant: Meant }) {
  const { asking } = useApp();
  const { steps, seed, count, words } = asking;
  const several = meant.words && meant.words.layout !== 'one';
  return (
    <div class="two-fields">
      <TextField label="Seed" text={seed.value} wrong={wrong.seed} onText={(text) => giveSeed(asking, text)}>
        <NewSeed onSeed={(text) => giveSeed(asking, text)} />
        {meant.words && <KeepSeed />}
      </TextField>
      {several ? (
        <TextField
          label="Of each prompt"
          text={words.each.value}
          wrong={wrong.each}
          onText={(text) => (words.each.value = text)}
        />
      ) : (
        <TextField
          label="How many"
          text={count.value}
          wrong={wrong.count}
          onText={(text) => (count.value = text)}
        />
      )}
      <TextField
        label="Steps"
        text={steps.value ?? String(meant.steps)}
        wrong={wrong.steps}
        onText={(text) => (steps.value = text)}
      />
      <ChoiceField
        label="Sampler"
        chosen={meant.sampler}
        choices={samplersOf(usual).map((name) => [name, SAMPLER_TITLES[name]] as const)}
        onChoose={(name) => (asking.sampler.value = name)}
      />
    </div>
  );
}

/** Pressed: Generate draws with the same seed again; else with the next one. */
function KeepSeed() {
  const { keepsSeed } = useApp().asking.words;
  const what = keepsSeed.value
    ? 'Every Generate draws with this seed'
    : 'Every Generate draws with the next seed';
  return (
    <button
      class="btn square"
      type="button"
      aria-label="Keep the seed"
      aria-pressed={keepsSeed.value}
      title={what}
      onClick={() => (keepsSeed.value = !keepsSeed.value)}
    >
      <Icon name={keepsSeed.value ? 'locked' : 'unlocked'} />
    </button>
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
        {record && !isReadyModel(record) && (
          <WeightsChoice
            chosen={asking.weights.value}
            onChoose={(weights) => (asking.weights.value = weights)}
          />
        )}
      </div>
      <select
        id={id}
        class="field"
        disabled={!record}
        value={record ? keyOf(record) : ''}
        onChange={(event) => {
          asking.chosen.value = event.currentTarget.value;
          asking.filled.value = null;
        }}
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
        <optgroup label="Comes with Perennial">
          <option value={keyOf(READY_MODEL)}>{READY_MODEL.title}</option>
        </optgroup>
      </select>
    </div>
  );
}
