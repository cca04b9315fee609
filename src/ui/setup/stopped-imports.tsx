// Imports that were stopped, killed or met a full disk: going on, using what is there, removing it. Not
// here: an import under way (own-pictures.tsx).
import type { Giving } from '../../app/given-files.ts';
import type { Stopped as StoppedImport } from '../../app/state.ts';
import { FileButton } from '../files/file-button.tsx';
import { FolderButton } from '../files/folder-button.tsx';
import { pictureFiles } from '../files/picture-files.ts';
import { pickedFiles } from '../files/dropped-files.ts';
import { useApp } from '../page-state/app-context.ts';
import { count, pictures } from '../format.ts';

/** Under the data sets; nothing while pictures are imported. */
export function StoppedImports() {
  const { state } = useApp();
  if (state.importing.value) return null;
  return (
    <>
      {state.stopped.value.map((one) => (
        <Stopped key={one.folder} one={one} />
      ))}
    </>
  );
}

function Stopped({ one }: { one: StoppedImport }) {
  const { commands, state } = useApp();
  const { folder, title, done, total, stored, hasFiles, asks } = one;
  const of = total === null ? '' : ` of ${count(total)}`;
  const goOn = (): void => commands.goOnImport(folder, null);
  return (
    <section class="own stopped" aria-label={`Stopped import of ${title}`}>
      <p>
        <b>{title}</b>: Import stopped at {count(done)}
        {of}
        {stored !== done && `, ${pictures(stored)} stored`}.
        {asks &&
          ' Choose the same files or the same folder again, or drop them: those that are stored are kept.'}
      </p>
      <div class="buttons">
        {(hasFiles || !asks) && (
          <button class="btn" type="button" disabled={state.runState.value === 'elsewhere'} onClick={goOn}>
            Go on
          </button>
        )}
        {asks && <SameFiles folder={folder} />}
        <button class="btn" type="button" onClick={() => commands.useStopped(folder)}>
          Use what is there
        </button>
        <button class="btn" type="button" onClick={() => commands.removeStopped(folder)}>
          Remove
        </button>
      </div>
    </section>
  );
}

function SameFiles({ folder }: { folder: string }) {
  const { commands } = useApp();
  const take = (give: Giving): void => commands.goOnImport(folder, give);
  return (
    <>
      <FileButton
        name="Same files"
        icon="pictures"
        multiple
        accept={pictureFiles()}
        onFiles={(list) => take(pickedFiles(list))}
      />
      <FolderButton name="Same folder" onFolder={take} />
    </>
  );
}
