/** Warns by `process.emitWarning`, each code once. One for each router, issuer or directory. */
export type WarnOnce = (code: string, text: string) => void;

export function warnOnce(): WarnOnce {
  const said = new Set<string>();
  return function warn(code, text) {
    if (said.has(code)) return;
    said.add(code);
    process.emitWarning(text, { code });
  };
}
