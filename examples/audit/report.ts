import type { Audit, FindingKind } from './audit.js';

/** What each finding means, and what to do. The worst comes first. */
const KINDS: Record<FindingKind, { title: string; advice: string }> = {
  shared: {
    title: 'customers of more than one user',
    advice: 'These users see the same saved cards. Decide whose each is: docs/recipes/migrating.md.',
  },
  other_mode: {
    title: 'customers of the other mode',
    advice: 'Move these rows to a scope of their own: docs/recipes/scopes.md.',
  },
  unknown: {
    title: 'customers that Stripe does not know',
    advice: 'All of them: the key is of another account. Test data: recreate: "vanished-test-data".',
  },
  deleted: {
    title: 'customers that were deleted at Stripe',
    advice: 'Their users get 409 no_customer, or a new customer with recreate: true.',
  },
  not_checked: {
    title: 'customers that could not be checked',
    advice: 'Stripe failed three times, or gave the answer to another question. Run it again.',
  },
};

/** The audit as a person reads it. */
export function readable(found: Audit, table: string): string {
  const scope = found.scope === undefined ? '' : `, scope ${found.scope}`;
  const lines = [`${table}${scope}: ${found.rows} rows, ${found.livemode ? 'live' : 'test'} mode`];
  for (const [kind, { title, advice }] of Object.entries(KINDS)) {
    const findings = found.findings.filter((finding) => finding.kind === kind);
    if (findings.length === 0) continue;
    const width = Math.max(...findings.map(({ customer }) => customer.length));
    lines.push('', `${findings.length} ${title}`, `  ${advice}`);
    for (const { customer, users } of findings)
      lines.push(`  ${customer.padEnd(width)}  ${users.join(', ')}`);
  }
  if (found.findings.length === 0)
    lines.push('', 'Every row has a customer of its own, and Stripe knows it.');
  const others = Object.entries(found.otherScopes).map(([name, rows]) => `${name} (${rows} rows)`);
  if (others.length > 0)
    lines.push('', `Not looked at, since they belong to other keys: ${others.join(', ')}`);
  return `${lines.join('\n')}\n`;
}
