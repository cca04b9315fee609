// What is said of files that are no model, in the words of the person who brought them. Not here: damage that
// the readers find (formats/).
import { FaultError } from '../../fault.ts';

const NOTHING = 'Nothing was imported or changed.';
const MODELS =
  'a checkpoint that Perennial exported, a .pt file, or the folder, the zip or the weights of a UNet of diffusers';
const PICTURES = 'pictures to train on: JPEG, PNG, WebP, AVIF, GIF or BMP';
const CHOOSE = [
  'To train, drop pictures: JPEG, PNG, WebP, AVIF, GIF or BMP.',
  'To go on with a model, choose a checkpoint, a .pt file, or the folder of a UNet of diffusers.',
];

const fileFault = (title: string, what: string, expected: string, got: string, todo: string[]): FaultError =>
  new FaultError({ kind: 'file', title, what, expected, got, todo });

/** The file was read and holds no UNet of diffusers. `got`: what it holds, in words. */
export const withoutNetwork = (name: string, got: string): FaultError =>
  new FaultError({
    kind: 'network',
    title: `${name.slice(0, 80)} holds no UNet of diffusers`,
    what: 'It was read, and its tensors are not the weights of such a network. Nothing was changed.',
    expected: 'a state_dict with conv_in.weight, time_embedding.linear_1.weight and so on, under any key',
    got,
    todo: [
      "Save the network's weights: torch.save(unet.state_dict(), path), or unet.save_pretrained(folder).",
      'Or choose another file.',
    ],
  });

/** The file holds a text encoder, and no UNet came with it. */
export const withoutUNet = (name: string): FaultError =>
  new FaultError({
    kind: 'network',
    title: `${name.slice(0, 80)} is a text encoder alone`,
    what: 'It was read. An encoder of texts draws nothing by itself. Nothing was changed.',
    expected: 'a text encoder together with the UNet that reads it',
    got: 'the tensors of a CLIPTextModel',
    todo: ['Choose the whole folder, with unet, text_encoder and tokenizer.'],
  });

/** The file is of another kind. `what`: goes on from "it is". */
export const withoutModel = (name: string, what: string): FaultError =>
  fileFault(
    `${name.slice(0, 80)} is ${what}, neither a model nor a picture`,
    NOTHING,
    `${MODELS}; or ${PICTURES}`,
    what === 'empty' ? 'an empty file' : what,
    what === 'a web page'
      ? [
          'The download gave a page in the place of the file: log in or accept the licence there, and download again.',
        ]
      : what.startsWith('a GGUF')
        ? ['Choose the model as diffusers saves it (.safetensors).']
        : CHOOSE,
  );

/** Git LFS leaves a pointer of three lines in a file's place. `what`: "a Git LFS pointer to ...". */
export const unfinishedDownload = (name: string, what: string): FaultError =>
  fileFault(
    `${name.slice(0, 80)} is not the model, but ${what}`,
    'The model itself was not downloaded. Nothing was imported or changed.',
    'the file that the pointer stands for',
    what,
    ['Run git lfs pull in the folder.', 'Or download the file itself from the page of the model.'],
  );

/** Shards are missing. `here`: the numbers of those that came, from 1. */
export const partOfSeveral = (name: string, here: ReadonlySet<number>, count: number): FaultError => {
  const missing = Array.from({ length: Math.min(count, 100) }, (_, i) => i + 1).filter((n) => !here.has(n));
  return fileFault(
    `${name.slice(0, 80)} is one of ${count} parts of a model`,
    NOTHING,
    `all ${count} parts together, with their config.json`,
    `${here.size === 1 ? 'part' : 'parts'} ${[...here].join(', ')}; missing: ${missing.slice(0, 12).join(', ')}`,
    ['Choose all parts and config.json together, or drop their folder.'],
  );
};

/** Pictures were chosen where a model is asked for. */
export const picturesInstead = (count: number): FaultError =>
  fileFault(
    count === 1 ? 'This is a picture, no model' : 'These are pictures, no model',
    NOTHING,
    MODELS,
    count === 1 ? '1 picture' : `${count} pictures`,
    ['To train on pictures, choose "Your pictures" before a run, or drop them anywhere on the page.'],
  );

/** None of several files is a model or a picture. `name`: of the folder; null where there is none. */
export const nothingFound = (name: string | null, seen: readonly string[]): FaultError =>
  fileFault(
    name === null
      ? 'No model and no picture is among these files'
      : `No model and no picture was found in ${name.slice(0, 80)}`,
    NOTHING,
    `${MODELS}; or ${PICTURES}`,
    seen.length > 0 ? seen.slice(0, 8).join(', ').slice(0, 300) : 'no file',
    CHOOSE,
  );
