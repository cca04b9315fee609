// The generated pictures as they lie: of one prompt in rows; of two prompts in two halves; of several with a
// row for each prompt, in which a column has one noise. Not here: the picture that is enlarged
// (generate.tsx).
import { eachOf } from '../../app/asked-set.ts';
import type { Asked, Generated } from '../../app/state.ts';
import { SAMPLE_COUNT, SHEET_COLUMNS } from '../../settings/sample-counts.ts';
import type { Sample } from '../../trainer/api.ts';
import { useApp } from '../page-state/app-context.ts';
import { promptText } from '../page-state/prompt-text.ts';
import { PictureGrid } from '../pictures/picture-grid.tsx';
import { PictureTile } from '../pictures/picture-tile.tsx';

interface Props {
  generated: Generated;
  /** What the pictures answer. */
  asked: Asked | null;
}

/** Each picture is a button that enlarges it. */
export function PictureSets({ generated, asked }: Props) {
  const layout = asked?.words?.layout;
  if (asked && layout === 'pair') return <Halves {...{ generated, asked }} />;
  if (asked && layout === 'grid') return <PromptRows {...{ generated, asked }} />;
  return <Rows {...{ generated }} />;
}

/** Up to 16 pictures at full size; more at half size. */
function Rows({ generated: { samples } }: Pick<Props, 'generated'>) {
  const many = samples.length > SAMPLE_COUNT;
  return (
    <PictureGrid
      label={`${samples.length} pictures`}
      columns={many ? 2 * SHEET_COLUMNS : SHEET_COLUMNS}
      count={samples.length}
      class={many ? 'grid many' : 'grid'}
      tile={(index, tabIndex) => <Tile {...{ index, tabIndex }} sample={samples[index] ?? null} />}
    />
  );
}

interface AskedProps {
  generated: Generated;
  asked: Asked;
}

function Halves({ generated: { samples }, asked }: AskedProps) {
  const each = eachOf(asked);
  return (
    <div class="halves">
      {asked.words?.prompts.map((prompt, half) => {
        const begin = half * each;
        const count = Math.max(0, Math.min(each, samples.length - begin));
        if (count === 0) return null;
        return (
          <section key={half} aria-label={`Pictures of prompt ${half + 1}`}>
            <PromptLabel prompt={prompt} />
            <PictureGrid
              label={`${count} pictures of ${promptText(prompt)}`}
              columns={SHEET_COLUMNS}
              count={count}
              tile={(place, tabIndex) => (
                <Tile index={begin + place} tabIndex={tabIndex} sample={samples[begin + place] ?? null} />
              )}
            />
          </section>
        );
      })}
    </div>
  );
}

function PromptRows({ generated: { samples, seed }, asked }: AskedProps) {
  const each = eachOf(asked);
  const prompts = asked.words?.prompts ?? [];
  return (
    <PictureGrid
      label={`${samples.length} pictures, a row for each prompt`}
      columns={each}
      count={samples.length}
      class="grid by-prompt"
      columnName={(column) => (
        <>
          <span class={each > SHEET_COLUMNS ? 'vh' : ''}>seed {seed}, </span>
          <span class="vh">noise </span>
          {column + 1}
        </>
      )}
      rowName={(row) => <PromptLabel prompt={prompts[row] ?? ''} />}
      tile={(index, tabIndex) => <Tile {...{ index, tabIndex }} sample={samples[index] ?? null} />}
    />
  );
}

/** The prompt as text of its own direction; words in its place where it is empty. */
export function PromptLabel({ prompt }: { prompt: string }) {
  return (
    <p class="prompt-label" title={prompt}>
      <bdi>{prompt === '' ? <i>{promptText(prompt)}</i> : prompt}</bdi>
    </p>
  );
}

interface TileProps {
  index: number;
  tabIndex: 0 | -1;
  sample: Sample | null;
}

function Tile({ index, tabIndex, sample }: TileProps) {
  const { asking } = useApp();
  return (
    <PictureTile
      name={`Picture ${index + 1}, ${describe(sample)}`}
      picture={sample && !sample.finite ? 'not-finite' : sample}
      chosen={asking.picture.value === index && sample !== null}
      tabIndex={tabIndex}
      onPress={() => (asking.picture.value = index)}
    />
  );
}

function describe(sample: Sample | null): string {
  if (sample === null) return 'not drawn yet';
  if (!sample.finite) return 'not finite';
  return sample.drawn ? 'drawn' : 'being drawn';
}
