// The choice of a data set: built-in sets, sets the user imported, and "Your pictures". Not here: importing
// (own-pictures.tsx).
import { useEffect, useState } from 'preact/hooks';
import type { DatasetInfo, Preview } from '../../trainer/api.ts';
import { useApp } from '../page-state/app-context.ts';
import { count, storage, UNKNOWN } from '../format.ts';
import { Icon } from '../controls/icon.tsx';
import { Thumbnail } from '../pictures/thumbnail.tsx';

/** Above the mosaic in the phase `setup`; without numbers until the worker has listed the sets. */
export function Sources() {
  const { state, commands, looking } = useApp();
  const own = looking.bringsOwn.value || state.importing.value !== null;
  const choose = (id: string): void => {
    looking.bringsOwn.value = false;
    commands.setForm({ dataset: id });
  };
  return (
    <div class="sources" role="radiogroup" aria-label="Pictures to learn from">
      {state.datasets.value.length === 0 && BUILT_IN.map((title) => <Unknown key={title} title={title} />)}
      {state.datasets.value.map((info) => (
        <Source
          key={info.id}
          info={info}
          chosen={!own && state.form.value.dataset === info.id}
          onChoose={() => choose(info.id)}
        />
      ))}
      <label class="source yours">
        <input type="radio" name="source" checked={own} onChange={() => (looking.bringsOwn.value = true)} />
        <i>
          <Icon name="pictures" />
        </i>
        <span>
          <b>Your pictures</b>
          <small>files or a folder</small>
        </span>
      </label>
    </div>
  );
}

function Source({ info, chosen, onChoose }: { info: DatasetInfo; chosen: boolean; onChoose: () => void }) {
  return (
    <label class="source">
      <input type="radio" name="source" checked={chosen} onChange={onChoose} />
      <Thumbnail preview={useThumbnail(info.id)} />
      <span>
        <b>{info.title}</b>
        <small>
          {count(info.count)}
          {info.download !== undefined && `, ${storage(info.download)}`}
        </small>
      </span>
    </label>
  );
}

/** Titles that stand here until the worker has listed the sets. */
const BUILT_IN = ['Planets', 'Shapes', 'Faces', 'Emoji'];

function Unknown({ title }: { title: string }) {
  return (
    <label class="source">
      <input type="radio" name="source" disabled />
      <i />
      <span>
        <b>{title}</b>
        <small>{UNKNOWN}</small>
      </span>
    </label>
  );
}

function useThumbnail(dataset: string): Preview | null {
  const { commands } = useApp();
  const [preview, setPreview] = useState<Preview | null>(null);
  useEffect(() => {
    let current = true;
    void commands.thumbnail(dataset).then((found) => current && setPreview(found));
    return () => {
      current = false;
    };
  }, [commands, dataset]);
  return preview;
}
