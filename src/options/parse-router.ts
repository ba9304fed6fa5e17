import type { Request } from 'express';
import { isMobileComponent } from '../components/components.js';
import { choiceError, configError, refuseUnknownKeys } from '../core/config-error.js';
import type { AnswerFormat, Awaitable } from '../core/types.js';
import { isObject, optionalFunction } from '../core/values.js';
import type { GuardPolicy } from '../guards/guards.js';
import { type SessionSource, sessionSource, sourceOf } from '../issuer.js';
import { parseGuardPolicy, requireOptions } from './parse-guard.js';
import { parseSourceOptions, SOURCE_OPTIONS } from './parse-issuer.js';
import type { CustomerSessionRouterOptions, CustomerSessionSourceOptions } from './router-options.js';

/** The options, checked and complete; what requests read. */
export interface RouterConfig<User> extends GuardPolicy {
  readonly source: SessionSource<User>;
  readonly authenticate: (req: Request) => Awaitable<User | null | undefined>;
  readonly format: AnswerFormat;
}

const WHERE = 'customerSessionRouter';
const EXAMPLE = `${WHERE}({ resolveCustomer, components })`;

// The compiler keeps this list whole.
const OPTIONS: Record<keyof CustomerSessionRouterOptions<unknown>, true> = {
  ...SOURCE_OPTIONS,
  authenticate: true,
  format: true,
  allowedOrigins: true,
  allowNonBrowser: true,
  dangerouslyAllowHttpOnLocalhost: true,
  issuer: true,
};

/** @throws {TypeError} that names the first bad option, its kind and the fix */
export function parseRouterOptions<User>(options: CustomerSessionRouterOptions<User>): RouterConfig<User> {
  refuseMountedUncalled(options);
  requireOptions(WHERE, options, EXAMPLE);
  refuseUnknownKeys(`${WHERE}()`, options, Object.keys(OPTIONS));
  const format = parseFormat(options.format);
  const policy = parseGuardPolicy(options);
  const source = parseSource(options);
  refuseLiveOnLocalhost(policy, source.config.livemode);
  refuseMobileOnWeb(format, source.config.components);
  return Object.freeze({
    ...policy,
    source,
    authenticate: optionalFunction('authenticate', options.authenticate) ?? userOf<User>,
    format,
  });
}

// `app.use(path, customerSessionRouter)` hands it a request instead of options.
function refuseMountedUncalled(options: unknown): void {
  if (!isObject(options) || !('socket' in options && 'headers' in options)) return;
  throw new TypeError(
    `express-stripe-customer-session: ${WHERE} was mounted without being called. Write app.use(path, ${EXAMPLE}).`,
  );
}

function parseSource<User>(options: CustomerSessionRouterOptions<User>): SessionSource<User> {
  const { issuer } = options;
  if (issuer === undefined) {
    return sessionSource(parseSourceOptions(options as CustomerSessionSourceOptions<User>, true));
  }
  const source = sourceOf(issuer);
  if (source === undefined)
    throw configError('issuer', issuer, 'Pass what customerSessionIssuer({ … }) gave.');
  const given: Record<string, unknown> = { ...options };
  const moved = Object.keys(SOURCE_OPTIONS).find((name) => given[name] !== undefined);
  if (moved === undefined) return source;
  throw configError(moved, given[moved], 'Beside issuer it belongs in customerSessionIssuer({ … }).');
}

function userOf<User>(req: Request & { user?: User }): User | undefined {
  return req.user;
}

function parseFormat(value: unknown): AnswerFormat {
  if (value === undefined) return 'web';
  if (value === 'web' || value === 'mobile' || value === 'billing-sdk') return value;
  throw choiceError('format', value, 'Use "web", "mobile" or "billing-sdk".');
}

function refuseLiveOnLocalhost(policy: GuardPolicy, livemode: boolean | undefined): void {
  if (!policy.dangerouslyAllowHttpOnLocalhost || livemode !== true) return;
  throw choiceError(
    'dangerouslyAllowHttpOnLocalhost',
    true,
    'It is for test keys only: leave it out in live mode.',
  );
}

// The mobile SDKs need the customer's id beside the secret.
function refuseMobileOnWeb(format: AnswerFormat, components: object): void {
  if (format !== 'web') return;
  const mobile = Object.entries(components).find(
    ([name, { enabled }]) => enabled && isMobileComponent(name),
  )?.[0];
  if (mobile === undefined) return;
  throw choiceError('format', format, `components has ${mobile}, whose SDK needs format: 'mobile'.`);
}
