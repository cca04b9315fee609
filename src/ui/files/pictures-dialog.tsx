// What the pictures that were brought are, before they are imported: how many, what form, five of them with
// their captions, what can be chosen, what is left out. Not here: recognising them (data/sources/).
import { useState } from 'preact/hooks';
import type { FoundSource, PicturesFound } from '../../trainer/api.ts';
import { Dialog } from '../controls/dialog.tsx';
import { Icon } from '../controls/icon.tsx';
import { count } from '../format.ts';
import { useApp } from '../page-state/app-context.ts';
import { PictureCanvas } from '../pictures/picture-canvas.tsx';

/** Shown while pictures wait for an answer (`state.foundPictures`). */
export function PicturesDialog() {
  const { state } = useApp();
  const found = state.foundPictures.value;
  return found && <Found found={found} />;
}

function Found({ found }: { found: PicturesFound & { title: string } }) {
  const { commands } = useApp();
  const [chosen, setChosen] = useState<Readonly<Record<string, string>>>({});
  const choose = (id: string, value: string): void => {
    const now = { ...chosen, [id]: value };
    setChosen(now);
    commands.lookAgain(now);
  };
  return (
    <Dialog class="found" title={titleOf(found)} onClose={() => commands.dismissPictures()}>
      {found.sources.map((source, i) => (
        <Source
          key={i}
          source={source}
          isOnly={found.sources.length === 1}
          chosen={chosen}
          onChoice={choose}
        />
      ))}
      <form
        class="answers"
        onSubmit={(event) => {
          event.preventDefault();
          commands.importFound(chosen);
        }}
      >
        <button class="btn" type="button" onClick={() => commands.dismissPictures()}>
          Cancel
        </button>
        <button class="btn primary" type="submit">
          Import
        </button>
      </form>
    </Dialog>
  );
}

const titleOf = ({ count: all, title }: { count: number | null; title: string }): string =>
  all === null ? `Import ${title}?` : `Import ${all === 1 ? '1 picture' : `${count(all)} pictures`}?`;

interface SourceProps {
  source: FoundSource;
  isOnly: boolean;
  chosen: Readonly<Record<string, string>>;
  onChoice: (id: string, value: string) => void;
}

function Source({ source, isOnly, chosen, onChoice }: SourceProps) {
  const { facts, examples } = source;
  return (
    <section aria-label={facts.kind}>
      <p class="kind">
        <b>{facts.kind}</b>
        {!isOnly && facts.count !== null && `, ${count(facts.count)}`}
      </p>
      {facts.licence !== '' && <p class="note">{facts.licence}</p>}
      {facts.choices.map(({ id, label, options, value }) => (
        <div class="setting" key={id}>
          <label for={`found-${id}`}>{label}</label>
          <select
            class="field"
            id={`found-${id}`}
            value={chosen[id] ?? value}
            onChange={(event) => onChoice(id, event.currentTarget.value)}
          >
            {options.map((option) => (
              <option key={option.value} value={option.value}>
                {option.example === '' ? option.label : `${option.label}: ${option.example}`}
              </option>
            ))}
          </select>
        </div>
      ))}
      <Examples examples={examples} />
      <LeftOut source={source} />
    </section>
  );
}

function Examples({ examples }: Pick<FoundSource, 'examples'>) {
  if (examples.length === 0) return null;
  return (
    <ul class="examples" aria-label="Examples">
      {examples.map(({ path, caption, picture }) => (
        <li key={path}>
          <PictureCanvas picture={picture} />
          <div>
            <p class="captions">{caption === '' ? <span class="none">no caption</span> : caption}</p>
            <small>
              {path}
              {picture === null && ', which cannot be read'}
            </small>
          </div>
        </li>
      ))}
    </ul>
  );
}

function LeftOut({ source: { facts, unusedCount } }: { source: FoundSource }) {
  const lines = [
    ...facts.warnings,
    ...facts.ignored.map(({ why, count: many, example }) => `${count(many)} ${why}: ${example}`),
    ...facts.unused.map(({ name, why }) => `${name}: ${why}`),
    ...(unusedCount > facts.unused.length
      ? [`and ${count(unusedCount - facts.unused.length)} more files`]
      : []),
  ];
  if (lines.length === 0) return null;
  return (
    <ul class="contents missing" aria-label="Left out">
      {lines.map((line) => (
        <li key={line}>
          <Icon name="minus" small />
          {line}
        </li>
      ))}
    </ul>
  );
}
