// The import dialog: what a file holds before anything is loaded (format, network, training so far, what is
// kept and what is missing), and questions for what the file does not say. Not here: reading files
// (trainer/import/).
import { SAMPLE_COUNT } from '../../settings/sample-counts.ts';
import { useEffect, useState } from 'preact/hooks';
import { type Settings, SETTINGS } from '../../settings/settings.ts';
import { changedSettings } from '../../settings/presets.ts';
import type { AskedField, ImportAnswers, ImportPreview, Preview as Sheet } from '../../trainer/api.ts';
import { useApp } from '../page-state/app-context.ts';
import { captionsLacking } from '../page-state/prompt-text.ts';
import { Dialog } from '../controls/dialog.tsx';
import { count, fileSize } from '../format.ts';
import { Icon, type IconName } from '../controls/icon.tsx';
import { OtherFiles } from './other-files.tsx';
import { PictureCanvas } from '../pictures/picture-canvas.tsx';

const FORMATS: Readonly<Record<ImportPreview['format'], string>> = {
  checkpoint: 'Perennial checkpoint',
  diffusers: 'UNet of diffusers',
  torch: 'PyTorch .pt',
};

/** Shown while files are offered for import (`state.offered`). */
export function ImportDialog() {
  const { state } = useApp();
  const preview = state.offered.value;
  return preview && <Preview preview={preview} />;
}

function Preview({ preview }: { preview: ImportPreview }) {
  const { commands } = useApp();
  const [changed, setChanged] = useState<ImportAnswers>({});
  useEffect(() => setChanged({}), [preview]);
  const answers = {
    ...Object.fromEntries(preview.asked.map(({ name, value }) => [name, value])),
    ...changed,
  };
  return (
    <Dialog class="import" title={`Import ${preview.title}?`} onClose={() => commands.dismissImport()}>
      <p>
        The import becomes a run of its own: it draws {SAMPLE_COUNT} samples and waits. Runs that are here
        keep their checkpoints.
      </p>
      <OtherFiles preview={preview} />
      {preview.samples && <Samples samples={preview.samples} />}
      <Facts preview={preview} />
      <Contents preview={preview} />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          commands.confirmImport(answers);
        }}
      >
        {preview.asked.length > 0 && (
          <fieldset class="asked">
            <legend>What the file does not say</legend>
            <p class="note">
              Enter what the model was trained with; diffusers’ defaults are filled in where they fit.
            </p>
            {preview.asked.map((field) => (
              <Asked
                key={field.name}
                field={field}
                value={answers[field.name] ?? null}
                onValue={(value) => setChanged({ ...changed, [field.name]: value })}
              />
            ))}
          </fieldset>
        )}
        <div class="answers">
          <button class="btn" type="button" onClick={() => commands.dismissImport()}>
            Cancel
          </button>
          <button class="btn primary" type="submit">
            Import
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function Samples({ samples }: { samples: Sheet }) {
  return (
    <div class="mini" role="img" aria-label={`The ${SAMPLE_COUNT} samples in the file`}>
      {Array.from({ length: SAMPLE_COUNT }, (_, index) => (
        <PictureCanvas key={index} picture={{ preview: samples, index }} />
      ))}
    </div>
  );
}

function Facts({ preview }: { preview: ImportPreview }) {
  const { state } = useApp();
  const { dataset, origin } = preview;
  const own = state.datasets.value.find(({ id }) => id === state.form.value.dataset);
  return (
    <dl class="facts">
      <Fact name="Format">
        {FORMATS[preview.format]}, {preview.dtype}
      </Fact>
      <Fact name="Network">
        {preview.network}, {count(preview.parameters)} parameters
      </Fact>
      <Fact name="Global step">{count(preview.globalStep)}</Fact>
      <Fact name="Epoch">{count(preview.epoch)}</Fact>
      <Fact name="Losses">{preview.batchLosses > 0 ? count(preview.batchLosses) : 'none'}</Fact>
      <Fact name="Pictures">
        {dataset
          ? `${dataset.title}, ${count(dataset.count)}${dataset.here ? '' : ' (not on this computer)'}`
          : `${own?.title ?? state.form.value.dataset}, as chosen on the page`}
      </Fact>
      {!origin && <Fact name="Settings">{chosenOf(changedSettings(state.form.value))}</Fact>}
      {origin && <Fact name="Run">{origin.runId}</Fact>}
      {origin && <Fact name="Saved">{timeOf(origin.created)}</Fact>}
      <Fact name="File">
        {preview.fileName}, {fileSize(preview.sizeBytes)}
        {origin && `, Perennial ${origin.appVersion}`}
      </Fact>
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: preact.ComponentChildren }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Contents({ preview }: { preview: ImportPreview }) {
  const { kept, missing: leftOut, dataset } = preview;
  const captions = useLackingCaptions(preview);
  const pictures = dataset && !dataset.here ? [absentPictures(dataset.title)] : [];
  const missing = [...pictures, ...(captions === null ? [] : [captions]), ...leftOut];
  return (
    <>
      <Lines name="Kept" icon="check" class="contents" lines={kept} />
      {missing.length > 0 && <Lines name="Missing" icon="minus" class="contents missing" lines={missing} />}
    </>
  );
}

/** What a model with words misses in the captions of the pictures that it gets from the form. */
function useLackingCaptions({ words, dataset }: ImportPreview): string | null {
  const { state } = useApp();
  const own = state.datasets.value.find(({ id }) => id === state.form.value.dataset);
  return words && !dataset ? captionsLacking(state.captions.value, own) : null;
}

const absentPictures = (title: string): string =>
  `Its pictures, ${title}, are not on this computer: the model can draw samples, and go on training once you import them.`;

interface LinesProps {
  name: string;
  icon: IconName;
  class: string;
  lines: readonly string[];
}

function Lines({ name, icon, class: className, lines }: LinesProps) {
  return (
    <ul class={className} aria-label={name}>
      {lines.map((line) => (
        <li key={line}>
          <Icon name={icon} small />
          {line}
        </li>
      ))}
    </ul>
  );
}

interface AskedProps {
  field: AskedField;
  value: AskedField['value'];
  onValue: (value: AskedField['value']) => void;
}

/** A field under diffusers' own name, so that the user can compare it with a config.json. */
function Asked({ field, value, onValue }: AskedProps) {
  const id = `asked-${field.name}`;
  return (
    <div class="setting">
      <label for={id}>{field.name}</label>
      {field.choices ? (
        <select
          class="field"
          id={id}
          aria-describedby={`${id}-help`}
          value={JSON.stringify(value)}
          onChange={(event) => onValue(JSON.parse(event.currentTarget.value) as AskedField['value'])}
        >
          {field.choices.map((choice) => (
            <option key={String(choice)} value={JSON.stringify(choice)}>
              {choice === null ? 'none' : String(choice)}
            </option>
          ))}
        </select>
      ) : (
        <input
          class="field"
          id={id}
          type="number"
          required
          aria-describedby={`${id}-help`}
          min={field.min}
          max={field.max}
          step={field.step}
          value={String(value)}
          onInput={(event) => onValue(event.currentTarget.valueAsNumber)}
        />
      )}
      <small id={`${id}-help`}>{field.help}</small>
    </div>
  );
}

/** Settings that the files or the user's answers give; all others come from the form. */
const OF_THE_MODEL: ReadonlySet<string> = new Set([
  'dataset',
  'imageSize',
  'noiseSchedule',
  'predictionType',
] satisfies (keyof Settings)[]);

/** The settings that the model's run takes from the form, as text. */
function chosenOf(settings: Partial<Settings>): string {
  const chosen = Object.entries(settings)
    .filter(([name]) => !OF_THE_MODEL.has(name))
    .map(([name, value]) => `${SETTINGS[name as keyof Settings].label} ${value}`);
  return chosen.length > 0 ? `${chosen.join(', ')}, as chosen on the page` : 'the defaults of its size';
}

/** A date and time for people; a text that is no date stays as it is. */
function timeOf(iso: string): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  return time.toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
}
