/**
 * What is changed together, and which tests have to notice: `mutate` and `tests` are patterns of files, the latter below test/.
 * A mutant takes as long as its tests need to be loaded, so each group has the fewest that cover it.
 */
export const groups = {
  guards: {
    mutate: ['src/guards/*.ts'],
    tests: ['csp.test.ts', 'http/{contract,issuer,localhost,mounts,origin,refusal-reasons,tls}.test.ts'],
  },
  request: {
    mutate: ['src/{endpoint,issuer,reply}.ts', 'src/core/{customer-ref,problem}.ts'],
    tests: ['http/{contract,issuer,refusal-reasons,replies,resolver}.test.ts'],
  },
  answers: {
    mutate: ['src/stripe/{create-session,failures}.ts'],
    tests: ['customers/stripe-failures.test.ts', 'http/{contract,failure-facts,host-client,issuer}.test.ts'],
  },
  directory: {
    mutate: ['src/customers/directory.ts'],
    tests: ['customers/{directory,migrating,options,recreate,scopes,waiting,write-ahead}.test.ts'],
  },
  core: {
    mutate: ['src/{csp,guard,index,router}.ts', 'src/core/*.ts', '!src/core/{customer-ref,problem}.ts'],
    tests: [
      '{core/*,csp}.test.ts',
      'http/{contract,failure-facts,issuer,localhost,mounts,replies,resolver,tls,warnings}.test.ts',
      'options/*.test.ts',
      'stripe/client.test.ts',
    ],
  },
  options: {
    mutate: ['src/options/*.ts', 'src/components/*.ts'],
    tests: ['options/*.test.ts', 'components/*.test.ts', 'http/{contract,issuer}.test.ts'],
  },
  calls: {
    mutate: ['src/stripe/*.ts', '!src/stripe/{create-session,failures}.ts'],
    tests: [
      'options/messages.test.ts',
      'stripe/{client,slots,transport-connections,whole-client}.test.ts',
      'http/contract.test.ts',
    ],
  },
  transport: {
    mutate: ['src/stripe/transport/*.ts'],
    tests: [
      'http/contract.test.ts',
      'options/messages.test.ts',
      'stripe/{client,transport-*,whole-client,wrapped-request}.test.ts',
    ],
  },
  customers: {
    mutate: ['src/customers/{directory-options,create-customer,creation-limit,rows,store,user-id}.ts'],
    tests: [
      'customers/{creation-limit,directory,memory-store,migrating,options,recreate,rows,scopes,stripe-answers,stripe-failures,waiting,write-ahead}.test.ts',
      'options/messages.test.ts',
    ],
  },
  stores: {
    mutate: ['src/customers/{postgres,postgres-schema,redis}.ts'],
    tests: ['customers/{options,store-clients,stores}.test.ts'],
  },
  limit: {
    mutate: ['src/rate-limit/*.ts'],
    tests: ['options/messages.test.ts', 'rate-limit/{guarded-store,limiter,own-lag,outages}.test.ts'],
  },
  client: { mutate: ['src/client/*.{ts,tsx}'], tests: ['client/*.test.{ts,tsx}'] },
  doctor: { mutate: ['src/doctor/**/*.ts'], tests: ['doctor/*.test.ts'] },
};

// Where a mistake gives somebody else's session away: what survives here is looked at one by one.
const WATCHED = [
  /^src\/guards\//,
  /^src\/(endpoint|issuer|reply)\.ts$/,
  /^src\/core\/(problem|customer-ref)\.ts$/,
  /^src\/stripe\/(create-session|failures)\.ts$/,
  /^src\/customers\/directory\.ts$/,
];

/** Whether each survivor of that file needs a reason. */
export function isWatched(file) {
  return WATCHED.some((pattern) => pattern.test(file));
}
