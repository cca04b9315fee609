// A member as the encoded picture of an entry. One of more bytes than a picture may have is not unpacked: an
// entry of some kilobytes in a zip may be gigabytes. Not here: what is in it (data/decode.ts).
import { FaultError } from '../../../fault.ts';
import { MOST_FILE_BYTES } from '../../../formats/image-header.ts';
import type { Member } from '../member.ts';
import type { EncodedPicture } from '../source.ts';

/** Its bytes when they are asked for; a FaultError where they are over the limit of picture files. */
export const pictureOf = (member: Member): EncodedPicture => ({
  kind: 'file',
  read: () => (member.size > MOST_FILE_BYTES ? Promise.reject(tooLarge(member)) : member.read()),
});

const tooLarge = ({ path, size }: Member): FaultError =>
  new FaultError({
    kind: 'file',
    title: 'A file is too large for a picture',
    what: `${path} is left out.`,
    expected: `at most ${MOST_FILE_BYTES / 1e6} MB`,
    got: `${Math.ceil(size / 1e6)} MB`,
    todo: ['Save it as a smaller JPEG.'],
  });
