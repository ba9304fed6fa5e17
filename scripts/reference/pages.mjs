// The pages of docs/reference, from the comments of what the entry points export.
import path from 'node:path';
import { Application, Comment, Converter } from 'typedoc';

const folder = import.meta.dirname;
const source = (file) => path.join(folder, '../../src', file);

const OPTIONS = {
  plugin: ['typedoc-plugin-markdown'],
  entryPoints: [
    source('index.ts'),
    source('customers/postgres.ts'),
    source('customers/redis.ts'),
    source('client/index.ts'),
    source('client/embeds.ts'),
    source('client/react.tsx'),
    source('testing/index.ts'),
  ],
  tsconfig: path.join(folder, 'tsconfig.json'),
  readme: path.join(folder, 'intro.md'),
  mergeReadme: true,
  // Lines and dates would change the pages with every commit.
  disableSources: true,
  excludeInternal: true,
  excludePrivate: true,
  hideGenerator: true,
  router: 'member',
  hidePageHeader: true,
  indexFormat: 'table',
  parametersFormat: 'table',
  // `@defaultValue` holds words as often as code.
  jsDocCompatibility: { defaultTag: false },
  validation: { notExported: true, invalidLink: true, notDocumented: true, rewrittenLink: true },
  // All that can be exported but parameters, which the text of their function tells of.
  requiredToBeDocumented: [
    'Variable',
    'Function',
    'Class',
    'Interface',
    'Property',
    'Method',
    'Accessor',
    'TypeAlias',
  ],
  logLevel: 'Warn',
};

/** Writes the pages into a folder. Gives how many things have no comment, or name what is not exported. */
export async function writePages(into) {
  const app = await Application.bootstrapWithPlugins({ ...OPTIONS, out: into });
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, tellDefaults);
  app.converter.on(Converter.EVENT_RESOLVE_END, forgetWhereInherited);
  const project = await app.convert();
  if (project === undefined) throw new Error('TypeDoc could not read the sources.');
  app.validate(project);
  await app.generateOutputs(project);
  return app.logger.warningCount + app.logger.errorCount;
}

// One line after the text, in place of a heading and a block of code.
function tellDefaults(context) {
  for (const { comment } of Object.values(context.project.reflections)) {
    const tag = comment?.getTag('@defaultValue') ?? comment?.getTag('@default');
    if (tag === undefined) continue;
    comment.blockTags = comment.blockTags.filter((other) => other !== tag);
    const text = Comment.combineDisplayParts(tag.content).trim();
    comment.summary.push({ kind: 'text', text: `\n\nDefault: ${isLiteral(text) ? `\`${text}\`` : text}` });
  }
}

function isLiteral(text) {
  return /^(-?[\d_.]+|true|false|\[\]|'[^']*'|"[^"]*")$/.test(text);
}

function forgetWhereInherited(context) {
  for (const reflection of Object.values(context.project.reflections)) {
    reflection.inheritedFrom = undefined;
    for (const signature of reflection.signatures ?? []) signature.inheritedFrom = undefined;
  }
}
