// What can be done with a set that the user imported: more pictures, another name, deleting it. Not here: its
// single pictures (picture-dialog.tsx), a new set (setup/own-pictures.tsx).
import { useState } from 'preact/hooks';
import { given } from '../../app/given-files.ts';
import type { DatasetInfo, ImportProgress } from '../../trainer/api.ts';
import { Dialog } from '../controls/dialog.tsx';
import { ProgressBar } from '../controls/progress-bar.tsx';
import { FileButton } from '../files/file-button.tsx';
import { pictureFiles } from '../files/picture-files.ts';
import { count } from '../format.ts';
import { useApp } from '../page-state/app-context.ts';

/** Under the pictures of a chosen set of the user's. */
export function OwnSet({ info }: { info: DatasetInfo }) {
  const { state, commands } = useApp();
  const [renaming, setRenaming] = useState(false);
  const importing = state.importing.value;
  if (importing) return <Adding progress={importing} />;
  return (
    <div class="set">
      <FileButton
        name="Add pictures"
        icon="pictures"
        class="s"
        multiple
        accept={pictureFiles()}
        onFiles={(list) => commands.importPictures(given([...list], info.title), info.id)}
      />
      <button
        class="btn s"
        type="button"
        aria-label={`Rename the pictures ${info.title}`}
        onClick={() => setRenaming(true)}
      >
        Rename
      </button>
      <button class="btn s" type="button" onClick={() => commands.deletePictures(info.id)}>
        Delete set
      </button>
      {renaming && <Rename info={info} onClose={() => setRenaming(false)} />}
    </div>
  );
}

/** In the view Pictures; before a run the import has the place of the pictures. */
function Adding({ progress: { done, total } }: { progress: ImportProgress }) {
  const { commands } = useApp();
  return (
    <div class="set adding">
      <p class="note">
        Adding pictures: {count(done)} of {count(total)}
      </p>
      <ProgressBar label="Import of pictures" done={done} total={total} />
      <button class="btn s" type="button" onClick={() => commands.stopImport()}>
        Stop
      </button>
    </div>
  );
}

function Rename({ info, onClose }: { info: DatasetInfo; onClose: () => void }) {
  const { commands } = useApp();
  const [title, setTitle] = useState(info.title);
  const rename = (event: Event): void => {
    event.preventDefault();
    if (title.trim() === '') return;
    commands.renamePictures(info.id, title);
    onClose();
  };
  return (
    <Dialog title={`Rename ${info.title}`} onClose={onClose}>
      <form onSubmit={rename}>
        <label class="named">
          Name
          <input
            class="field"
            type="text"
            maxLength={120}
            autocomplete="off"
            value={title}
            onInput={(event) => setTitle(event.currentTarget.value)}
          />
        </label>
        <div class="answers">
          <button class="btn" type="button" onClick={onClose}>
            Cancel
          </button>
          <button class="btn primary" type="submit" disabled={title.trim() === ''}>
            Rename
          </button>
        </div>
      </form>
    </Dialog>
  );
}
