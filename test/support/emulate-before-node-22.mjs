// emulate 0.12.2 imports `registerHooks` of node:module, which came with Node 22.15, to load configurations in
// TypeScript. Its Stripe needs none: on an older Node the import is answered with hooks that do nothing.
import { register } from 'node:module';

const standIn = `
  export * from 'node:module';
  export const registerHooks = () => ({ deregister() {} });
  export const stripTypeScriptTypes = (source) => source;
`;
const hooks = `
  export async function resolve(specifier, context, next) {
    return specifier === 'module' && context.parentURL?.includes('/node_modules/emulate/')
      ? { url: ${JSON.stringify(dataUrl(standIn))}, shortCircuit: true }
      : next(specifier, context);
  }
`;
register(dataUrl(hooks));

function dataUrl(source) {
  return `data:text/javascript,${encodeURIComponent(source)}`;
}
