// A version is not released without its heading in CHANGELOG.md.
import { readFileSync } from 'node:fs';

const read = (file) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
const { version } = JSON.parse(read('package.json'));
const headings = read('CHANGELOG.md').match(/^## .+$/gm) ?? [];
if (!headings.some((heading) => heading.split(/\s+/).includes(version))) {
  console.error(`CHANGELOG.md has no heading "## ${version}", the version in package.json.`);
  process.exitCode = 1;
}
