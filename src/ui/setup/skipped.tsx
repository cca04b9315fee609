// What the last import of pictures left out, and pictures that hardly show anything, with the reasons.
// Not here: checking the files (data/).
import { useApp } from '../page-state/app-context.ts';
import { count } from '../format.ts';

const LISTED = 500;

/** "1 duplicate", "2 duplicates" */
const counted = (number: number, thing: string): string =>
  `${count(number)} ${thing}${number === 1 ? '' : 's'}`;

/**
 * Shown after an import that left out files or pictures, or took doubtful ones; lists 500 of each at most.
 */
export function Skipped() {
  const { state } = useApp();
  const imported = state.imported.value;
  if (!imported) return null;
  const { added, duplicates, skipped, doubtful } = imported;
  return (
    <>
      {duplicates > 0 && <p class="note">{counted(duplicates, 'duplicate')} left out.</p>}
      {skipped.length > 0 && (
        <Files name="Skipped files" files={skipped}>
          {counted(skipped.length, 'file')} skipped, {count(added)} imported
        </Files>
      )}
      {doubtful.length > 0 && (
        <Files name="Doubtful pictures" files={doubtful}>
          {count(doubtful.length)} {doubtful.length === 1 ? 'picture is' : 'pictures are'} nearly black or of
          one colour <small>imported all the same</small>
        </Files>
      )}
    </>
  );
}

interface Props {
  name: string;
  files: readonly { name: string; why: string }[];
  children: preact.ComponentChildren;
}

function Files({ name, files, children }: Props) {
  return (
    <details class="skipped fold">
      <summary>{children}</summary>
      <ul aria-label={name} tabIndex={0}>
        {files.slice(0, LISTED).map((file) => (
          <li key={file.name}>
            <b>{file.name}</b>: {file.why}
          </li>
        ))}
        {files.length > LISTED && <li>and {count(files.length - LISTED)} more</li>}
      </ul>
    </details>
  );
}
