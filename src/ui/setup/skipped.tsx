// Files that the last import of pictures left out, and why. Not here: checking the files (data/).
import { useApp } from '../page-state/app-context.ts';
import { count } from '../format.ts';

const LISTED = 500;

/** Shown after an import that skipped files; lists 500 of them at most. */
export function Skipped() {
  const { state } = useApp();
  const skipped = state.skipped.value;
  if (skipped.length === 0) return null;
  return (
    <details class="skipped fold">
      <summary>
        {count(skipped.length)} {skipped.length === 1 ? 'file' : 'files'} skipped{' '}
        <small>the others were imported</small>
      </summary>
      <ul aria-label="Skipped files" tabIndex={0}>
        {skipped.slice(0, LISTED).map((file) => (
          <li key={file.name}>
            <b>{file.name}</b>: {file.why}
          </li>
        ))}
        {skipped.length > LISTED && <li>and {count(skipped.length - LISTED)} more</li>}
      </ul>
    </details>
  );
}
