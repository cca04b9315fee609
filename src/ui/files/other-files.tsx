// What lies beside the model that an import shows: other models to choose from, and pictures. Not here: what
// is a model (trainer/import/), the rest of the dialog (import-dialog.tsx).
import type { ImportPreview } from '../../trainer/api.ts';
import { useApp } from '../page-state/app-context.ts';
import { count } from '../format.ts';

const FIRST = { final: 'the final one', newest: 'the one of most steps' } as const;

/** Nothing where the files are one model and no picture. */
export function OtherFiles({ preview }: { preview: ImportPreview }) {
  if (preview.models.length < 2 && preview.pictures === 0) return null;
  return (
    <div class="other-files">
      {preview.models.length > 1 && <Models preview={preview} />}
      {preview.pictures > 0 && <Pictures pictures={preview.pictures} />}
    </div>
  );
}

function Models({ preview: { models, chosen, first } }: { preview: ImportPreview }) {
  const { commands } = useApp();
  return (
    <div class="setting">
      <label for="import-model">Model</label>
      <select
        class="field"
        id="import-model"
        aria-describedby="import-model-help"
        value={String(chosen)}
        onChange={(event) => commands.chooseModel(Number(event.currentTarget.value))}
      >
        {models.map((model, i) => (
          <option key={model} value={String(i)}>
            {model}
          </option>
        ))}
      </select>
      <small id="import-model-help">
        {count(models.length)} models are among the files. {models[0]}
        {first && `, ${FIRST[first]},`} is offered first.
      </small>
    </div>
  );
}

function Pictures({ pictures }: { pictures: number }) {
  const { commands } = useApp();
  const one = pictures === 1;
  const meaning = one
    ? 'taken for a sample that it drew, not for a training picture.'
    : 'taken for samples that it drew, not for training pictures.';
  return (
    <div>
      <p class="note">
        {one ? '1 picture lies' : `${count(pictures)} pictures lie`} beside the model: {meaning}
      </p>
      <button class="btn" type="button" onClick={() => commands.takePicturesInstead()}>
        Train on the {one ? 'picture' : 'pictures'} instead
      </button>
    </div>
  );
}
