// A trainer that holds sets of made-up pictures in memory and answers what the view Pictures asks: for the
// gallery of states and for tests. It counts what it is asked. Not here: pictures (gallery-pictures.ts).
import type {
  CaptionEdit,
  DatasetInfo,
  Original,
  PictureNote,
  PictureSquare,
  PicturesQuery,
  Preview,
  TrainerApi,
} from '../../src/trainer/api.ts';
import type { Result } from '../../src/fault.ts';

type Asked = Pick<
  TrainerApi,
  | 'findInSet'
  | 'tilesOf'
  | 'notesOf'
  | 'wordsOf'
  | 'classesOf'
  | 'editCaptions'
  | 'undoEdit'
  | 'originalOf'
  | 'cutSquare'
  | 'removeFromSet'
  | 'restoreToSet'
  | 'duplicatesIn'
  | 'exportCaptions'
  | 'nearestIn'
  | 'stopComparing'
  | 'sizeOnDisk'
>;

/** What a set is made of; `captions` and `classes` are given to its pictures in turn. */
export interface FakeSet {
  info: DatasetInfo;
  captions: readonly string[];
  /** The class of a picture. */
  classOf: (index: number) => string;
  /** RGBA of a picture, edge x edge. */
  draw: (index: number, edge: number) => Uint8ClampedArray;
  groups: number[][];
}

/** What has become of a set. */
interface Changed {
  edited: Map<number, string>;
  cut: Map<number, PictureSquare>;
  removed: Set<number>;
  /** Captions, or the square of a picture, before each edit, the last one last. */
  before: (
    | { of: 'captions'; captions: Map<number, string | undefined> }
    | { of: 'squares'; index: number; square: PictureSquare | undefined }
  )[];
}

const ok = <T>(value: T): Result<T> => ({ ok: true, value });

export class FakeTrainer implements Asked {
  readonly #sets: readonly FakeSet[];
  readonly #changed = new Map<string, Changed>();
  /** Tiles and notes that were asked for, requests in all, and the most that were under way at once. */
  readonly counts = { tiles: 0, notes: 0, requests: 0, atOnce: 0 };
  /** Answers wait for it. */
  held: Promise<void> = Promise.resolve();
  #underWay = 0;
  #stop: () => void = () => undefined;
  /** Of an answer; null: at once. */
  readonly #delayMs: number | null;

  constructor(sets: readonly FakeSet[], delayMs: number | null) {
    this.#sets = sets;
    this.#delayMs = delayMs;
  }

  async #answer<T>(value: () => T): Promise<Result<T>> {
    this.counts.requests += 1;
    this.#underWay += 1;
    this.counts.atOnce = Math.max(this.counts.atOnce, this.#underWay);
    const delay = this.#delayMs;
    if (delay !== null) await new Promise((resolve) => setTimeout(resolve, delay));
    await this.held;
    this.#underWay -= 1;
    return ok(value());
  }

  #set(dataset: string): FakeSet {
    const set = this.#sets.find(({ info }) => info.id === dataset);
    if (!set) throw new Error(`no set ${dataset}`);
    return set;
  }

  #changes(dataset: string): Changed {
    const changes = this.#changed.get(dataset) ?? {
      ...{ edited: new Map(), cut: new Map(), removed: new Set(), before: [] },
    };
    this.#changed.set(dataset, changes);
    return changes;
  }

  #info(dataset: string): DatasetInfo {
    const { info } = this.#set(dataset);
    const { removed, before } = this.#changes(dataset);
    return { ...info, count: info.count - removed.size, words: String(before.length) };
  }

  #caption({ captions, info }: FakeSet, index: number): string {
    return this.#changes(info.id).edited.get(index) ?? captions[index % captions.length] ?? '';
  }

  #note(set: FakeSet, index: number): PictureNote {
    const { edited, cut, removed } = this.#changes(set.info.id);
    const [width, height] = sizeOf(index);
    return {
      ...{
        index,
        fileName: nameOf(index),
        className: set.classOf(index),
        caption: this.#caption(set, index),
      },
      ...{ width, height, edited: edited.has(index), cut: cut.has(index), removed: removed.has(index) },
    };
  }

  #found(query: PicturesQuery): number[] {
    const set = this.#set(query.dataset);
    const { removed } = this.#changes(query.dataset);
    const search = query.search.toLowerCase();
    const indices: number[] = [];
    for (let index = 0; index < set.info.count; index++) {
      const isRemoved = removed.has(index);
      if (isRemoved !== (query.only === 'removed')) continue;
      const caption = this.#caption(set, index);
      if (query.only === 'without-caption' && caption !== '') continue;
      if (query.only === 'enlarged' && index % 9 !== 0) continue; // as #note has them
      if (query.className !== null && set.classOf(index) !== query.className) continue;
      if (query.word !== null && !wordsIn(caption).includes(query.word)) continue;
      if (search !== '' && !caption.includes(search) && !nameOf(index).includes(search)) continue;
      indices.push(index);
    }
    return query.order === 'stored' ? indices : indices.reverse();
  }

  findInSet: Asked['findInSet'] = (query) =>
    this.#answer(() => ({
      indices: Uint32Array.from(this.#found(query)),
      of: this.#info(query.dataset).count,
      removed: this.#changes(query.dataset).removed.size,
      undoable: this.#changes(query.dataset).before.map((step) => ({
        of: step.of,
        pictures: step.of === 'captions' ? step.captions.size : 1,
      })),
    }));

  tilesOf: Asked['tilesOf'] = ({ dataset, indices, edge }) => {
    this.counts.tiles += indices.length;
    return this.#answer(() => sheetOf(this.#set(dataset), [...indices], edge));
  };

  notesOf: Asked['notesOf'] = ({ dataset, indices }) => {
    this.counts.notes += indices.length;
    return this.#answer(() => Array.from(indices, (index) => this.#note(this.#set(dataset), index)));
  };

  wordsOf: Asked['wordsOf'] = (query) =>
    this.#answer(() => {
      const set = this.#set(query.dataset);
      const times = new Map<string, number>();
      for (const index of this.#found(query))
        for (const word of wordsIn(this.#caption(set, index))) times.set(word, (times.get(word) ?? 0) + 1);
      return Array.from(times, ([word, many]) => ({ word, times: many }))
        .sort((a, b) => b.times - a.times)
        .slice(0, 500);
    });

  classesOf: Asked['classesOf'] = (dataset) =>
    this.#answer(() => {
      const set = this.#set(dataset);
      const counts = new Map<string, number>();
      for (let index = 0; index < set.info.count; index++) {
        const name = set.classOf(index);
        if (name !== '') counts.set(name, (counts.get(name) ?? 0) + 1);
      }
      return Array.from(counts, ([name, many]) => ({ name, count: many }));
    });

  editCaptions: Asked['editCaptions'] = ({ dataset, indices, edit }) =>
    this.#answer(() => {
      const set = this.#set(dataset);
      const changes = this.#changes(dataset);
      const before = new Map<number, string | undefined>();
      for (const index of indices) {
        const caption = this.#caption(set, index);
        const now = editedCaption(caption, edit);
        if (now === caption) continue;
        before.set(index, changes.edited.get(index));
        changes.edited.set(index, now);
      }
      if (before.size > 0) changes.before.push({ of: 'captions', captions: before });
      return { info: this.#info(dataset), changed: before.size, canUndo: changes.before.length > 0 };
    });

  undoEdit: Asked['undoEdit'] = (dataset) =>
    this.#answer(() => {
      const { edited, cut, before } = this.#changes(dataset);
      const last = before.pop();
      const captions = last?.of === 'captions' ? last.captions : new Map<number, string>();
      for (const [index, caption] of captions) {
        if (caption === undefined) edited.delete(index);
        else edited.set(index, caption);
      }
      if (last?.of === 'squares') {
        if (last.square) cut.set(last.index, last.square);
        else cut.delete(last.index);
      }
      const changed = last?.of === 'squares' ? 1 : captions.size;
      return { info: this.#info(dataset), changed, canUndo: before.length > 0 };
    });

  /** The file of every seventh picture is not at hand. */
  originalOf: Asked['originalOf'] = ({ dataset, index, files }) =>
    this.#answer(() => {
      if (index % 7 === 3 && !files) return null;
      const set = this.#set(dataset);
      const [width, height] = sizeOf(index);
      const edge = Math.min(width, height);
      const imported = { left: Math.floor((width - edge) / 2), top: 0, edge };
      const square = this.#changes(dataset).cut.get(index) ?? imported;
      return { width, height, square, imported, shown: wholePicture(set, index, width, height) };
    });

  cutSquare: Asked['cutSquare'] = ({ dataset, index, square }) =>
    this.#answer(() => {
      const { cut, before } = this.#changes(dataset);
      before.push({ of: 'squares', index, square: cut.get(index) });
      if (square) cut.set(index, square);
      else cut.delete(index);
      return { info: this.#info(dataset), changed: 1, canUndo: true };
    });

  removeFromSet: Asked['removeFromSet'] = ({ dataset, indices }) =>
    this.#answer(() => {
      const { removed } = this.#changes(dataset);
      const all = new Set([...removed, ...indices]);
      if (all.size >= this.#set(dataset).info.count) return null;
      for (const index of indices) removed.add(index);
      return this.#info(dataset);
    });

  restoreToSet: Asked['restoreToSet'] = ({ dataset, indices }) =>
    this.#answer(() => {
      for (const index of indices) this.#changes(dataset).removed.delete(index);
      return this.#info(dataset);
    });

  duplicatesIn: Asked['duplicatesIn'] = ({ dataset, kind, distance }) =>
    this.#answer(() => {
      const { groups } = this.#set(dataset);
      const { removed } = this.#changes(dataset);
      const here = groups
        .slice(0, kind === 'exact' ? 1 : distance * 8)
        .map((group) => group.filter((index) => !removed.has(index)))
        .filter((group) => group.length > 1);
      return {
        groups: here.map((group) => Uint32Array.from(group)),
        pictures: here.reduce((sum, group) => sum + group.length, 0),
      };
    });

  exportCaptions: Asked['exportCaptions'] = ({ form }) =>
    this.#answer(() => new File(['{}\n'], form === 'txt' ? 'captions.zip' : form));

  nearestIn: Asked['nearestIn'] = async ({ count }) => {
    const stopped = new Promise<Result<null>>((resolve) => (this.#stop = () => resolve(ok(null))));
    const near = this.#answer(() =>
      Array.from({ length: count }, (_, i) => ({ index: 7 * i, distance: (0.013 + 0.07 * i) ** 2 })),
    );
    return Promise.race([near, stopped]);
  };

  stopComparing: Asked['stopComparing'] = () => {
    this.#stop();
    return Promise.resolve(ok(undefined));
  };

  sizeOnDisk: Asked['sizeOnDisk'] = (dataset) =>
    this.#answer(() => {
      const { count, storedSize } = this.#set(dataset).info;
      return count * (storedSize ** 2 * 3 + 160);
    });
}

/** Of the file of a picture, in pixels. */
const sizeOf = (index: number): [number, number] =>
  index % 9 === 0 ? [48, 40] : [640 + (index % 5) * 128, 480];

/** The picture in the middle of a wider one. */
function wholePicture({ draw }: FakeSet, index: number, width: number, height: number): Original['shown'] {
  const rgba = new Uint8ClampedArray(width * height * 4).fill(255);
  const [edge, left] = [height, Math.floor((width - height) / 2)];
  const picture = draw(index, 64);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [px, py] = [((x - left) * 64) / edge, (y * 64) / edge].map(Math.floor) as [number, number];
      const at = 4 * (py * 64 + px);
      const shade = 60 + ((x + y) % 97);
      rgba.set(
        px >= 0 && px < 64 ? picture.subarray(at, at + 4) : [shade, shade, shade + 20, 255],
        4 * (y * width + x),
      );
    }
  return { width, height, rgba };
}

const nameOf = (index: number): string => `holiday 2024/img_${String(index + 1).padStart(6, '0')}.jpg`;

const wordsIn = (caption: string): string[] => [...new Set(caption.split(/\s+/).filter(Boolean))];

function editedCaption(caption: string, edit: CaptionEdit): string {
  const has = 'word' in edit && wordsIn(caption).includes(edit.word);
  const replaced = (by: string): string =>
    caption
      .split(' ')
      .map((word) => ('word' in edit && word === edit.word ? by : word))
      .filter(Boolean)
      .join(' ');
  switch (edit.kind) {
    case 'set':
      return edit.caption;
    case 'prefix':
      return `${edit.text} ${caption}`.trim();
    case 'suffix':
      return `${caption} ${edit.text}`.trim();
    case 'add-word':
      return has ? caption : `${caption} ${edit.word}`.trim();
    case 'remove-word':
      return replaced('');
    case 'replace-word':
      return replaced(edit.by);
  }
}

function sheetOf({ draw }: FakeSet, indices: number[], edge: number): Preview {
  const columns = Math.max(1, Math.min(8, indices.length));
  const rows = Math.max(1, Math.ceil(indices.length / columns));
  const rgba = new Uint8ClampedArray(columns * rows * edge * edge * 4);
  for (const [i, index] of indices.entries()) {
    const picture = draw(index, edge);
    for (let y = 0; y < edge; y++) {
      const to = 4 * ((Math.floor(i / columns) * edge + y) * columns * edge + (i % columns) * edge);
      rgba.set(picture.subarray(4 * y * edge, 4 * (y + 1) * edge), to);
    }
  }
  return { size: edge, columns, rows, rgba };
}
