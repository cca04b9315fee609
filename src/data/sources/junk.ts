// Names of files that people do not know they have: what systems and other trainers put beside their files.
// Not here: files that turn out to be no pictures (decode.ts).

/**
 * Whether a path is of a file that systems put beside people's files: names starting with a dot (`._x` of
 * macOS, .DS_Store), __MACOSX, Thumbs.db, desktop.ini.
 */
export const isSystemFile = (path: string): boolean =>
  path.split('/').some((part) => part.startsWith('.') || /^(__MACOSX|Thumbs\.db|desktop\.ini)$/i.test(part));

/**
 * Whether a path is of latents or texts that another trainer keeps beside pictures (kohya's `x_sdxl.npz`,
 * ai-toolkit's `_latent_cache/`), or of its weights: nothing to look at.
 */
export const isTrainerFile = (path: string): boolean =>
  /(^|\/)_?(latents?|t5|clip|te|text_encoder|text_embeds?)_cache\//i.test(path) ||
  /\.(npz|safetensors|pt|pth|ckpt)$/i.test(path);
