import { stripVTControlCharacters } from 'node:util';
import type { Settings } from '../../src/doctor/arguments.js';
import { CATALOGUE } from '../../src/doctor/catalogue.js';
import { found, good, unchecked } from '../../src/doctor/findings.js';
import { makeReport, writeReport } from '../../src/doctor/report.js';

const SETTINGS = { url: new URL('https://shop.example/customer-session?key=canary') } as Settings;
const OUTCOMES = [
  good('Node.js 24.1.0.'),
  found(
    'two-copies',
    'stripe is here twice: in /app/node_modules/stripe and in /app/node_modules/shop/node_modules/stripe.',
  ),
  unchecked('the route', 'no --url was given'),
  found('peer-missing', 'express is not installed.', 'README.md#quick-start'),
];
const METHODS = [
  { shown: true, label: 'visa 4242', why: 'allow_redisplay is always' },
  {
    shown: false,
    label: 'visa 1881',
    why: 'allow_redisplay is limited, and the filter lets through always alone',
  },
] as never;
const PLAIN = { columns: 80, colour: false };

it('a report has the problems first, what is in order, and what was not checked', () => {
  const report = makeReport({ outcomes: OUTCOMES, methods: METHODS }, SETTINGS, '1.2.3');
  expect(report).toEqual({
    version: '1.2.3',
    url: 'https://shop.example/customer-session',
    problems: 2,
    advice: 0,
    findings: [
      expect.objectContaining({ code: 'two-copies', level: 'problem', docs: 'docs/doctor.md#two-copies' }),
      expect.objectContaining({ code: 'peer-missing', level: 'problem', docs: 'README.md#quick-start' }),
    ],
    good: ['Node.js 24.1.0.'],
    notChecked: [{ what: 'the route', why: 'no --url was given' }],
    savedPaymentMethods: METHODS,
  });
  expect(Object.keys(makeReport({ outcomes: [] }, {} as Settings, '1.2.3')).sort()).toEqual(
    ['advice', 'findings', 'good', 'notChecked', 'problems', 'version'].sort(),
  );
});

const WRITTEN = `express-stripe-customer-session 1.2.3: doctor
https://shop.example/customer-session

To put right
  1. Two copies of one package are installed.
     Seen: stripe is here twice: in /app/node_modules/stripe and in
           /app/node_modules/shop/node_modules/stripe.
     Fix:  Ask for one version in package.json and run npm dedupe. npm ls
           <package> shows who asks for which.
     Page: docs/doctor.md#two-copies
  2. A package that this one needs beside it is not installed.
     Seen: express is not installed.
     Fix:  npm install express stripe
     Page: README.md#quick-start

Saved payment methods
  shown   visa 4242: allow_redisplay is always
  hidden  visa 1881: allow_redisplay is limited, and the filter lets through
          always alone

In order
  - Node.js 24.1.0.

Not checked
  - the route: no --url was given

2 problems, 0 suggestions.
The pages are in node_modules/express-stripe-customer-session.
`;

it('is written in lines of at most 80 columns, broken at spaces and indented', () => {
  const report = makeReport({ outcomes: OUTCOMES, methods: METHODS }, SETTINGS, '1.2.3');
  expect(writeReport(report, PLAIN)).toBe(WRITTEN);
  expect(writeReport(report, { ...PLAIN, columns: 200 })).toBe(WRITTEN);
});

it('is narrower on a narrow terminal, down to 40 columns', () => {
  const report = makeReport(
    { outcomes: [good('one two three four five six seven eight')] },
    SETTINGS,
    '1.2.3',
  );
  const narrow = `express-stripe-customer-session 1.2.3: doctor
https://shop.example/customer-session

In order
  - one two three four five six seven
    eight

Nothing to put right.
`;
  for (const columns of [40, 1]) expect(writeReport(report, { ...PLAIN, columns })).toBe(narrow);
  expect(writeReport(report, { ...PLAIN, columns: 42 })).toContain(
    '  - one two three four five six seven\n    eight\n',
  );
  expect(writeReport(report, { ...PLAIN, columns: 43 })).toContain(
    '  - one two three four five six seven eight\n',
  );
});

it('is coloured where the terminal has colours: headings, problems and advice', () => {
  const outcomes = [found('some-methods-hidden', 'x'), found('peer-missing', 'y')];
  const report = makeReport({ outcomes }, SETTINGS, '1.2.3');
  const plain = writeReport(report, PLAIN);
  const coloured = writeReport(report, { ...PLAIN, colour: true });
  expect(stripVTControlCharacters(coloured)).toBe(plain);
  const ESC = '\u001b';
  expect(coloured.split('\n')).toEqual(
    expect.arrayContaining([
      `${ESC}[1mexpress-stripe-customer-session 1.2.3: doctor${ESC}[22m`,
      `${ESC}[1mTo put right${ESC}[22m`,
      `${ESC}[31m  1. A package that this one needs beside it is not installed.${ESC}[39m`,
      `${ESC}[1mTo consider${ESC}[22m`,
      `${ESC}[33m  1. ${CATALOGUE['some-methods-hidden'].title}${ESC}[39m`,
    ]),
  );
  expect(plain).toContain('\n1 problem, 1 suggestion.\n');
});
