/** Something the lecturer can mend: the message names it and how. Anything else is a fault of ours and shows its stack. */
export class SlidesError extends Error {
  override name = "SlidesError";
}

/** What a failed file operation means to somebody who did not write this program. */
export function explainFileError(error: unknown, doing: string): SlidesError {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
      return new SlidesError(
        `${doing}: the disk is full. Free some space, or choose another disk with --out DIR.`,
      );
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return new SlidesError(`${doing}: no permission to write there. Choose another folder with --out DIR.`);
    case "ENOTDIR":
    case "EEXIST":
      return new SlidesError(
        `${doing}: a file is in the way of a folder. Move it, or choose another --out DIR.`,
      );
    case undefined:
    default:
      return new SlidesError(`${doing}: ${message}`);
  }
}
