/** One line for the person at the terminal. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Does something that takes a while, and says so when it begins and when it is done. */
export async function saying<Result>(
  what: string,
  done: string,
  act: () => Promise<Result>,
): Promise<Result> {
  const startedAt = performance.now();
  say(`${what} …`);
  const result = await act();
  say(`${done}, in ${((performance.now() - startedAt) / 1000).toFixed(1)} s.`);
  return result;
}

/** The address, what stands behind it, and what to paste. */
export function welcome(url: string, parts: Record<string, string>): void {
  const ask = `curl -sk -b jar -X POST -H 'Origin: ${url}' ${url}/customer-session`;
  const lines = Object.entries(parts).map(([name, description]) => `${name.padEnd(10)} ${description}`);
  say(`
Storefront ${url}   (its certificate is its own: your browser warns of it once)
${lines.join('\n')}

Or from a terminal: sign in as ada (bob, dora, guest), then ask for a session.
  curl -sk -c jar -d user=ada ${url}/sign-in && ${ask}
From another site, which is refused:
  curl -sk -b jar -X POST -H 'Origin: https://evil.example' ${url}/customer-session

Stop with Ctrl-C.`);
}
