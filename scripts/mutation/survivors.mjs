/** Changes that no request, start or event can tell from what is written, each with the reason. */
const EQUIVALENT = [];

/** Why a change cannot be told, or undefined. */
export function reasonOf(file, original, replacement) {
  return EQUIVALENT.find(
    (known) => known.file === file && known.original === original && known.replacement === replacement,
  )?.why;
}
