#!/usr/bin/env node
import { runCommand } from './command.js';

// What is thrown here is a fault of the doctor's own; its text may hold anything, so its name alone is told.
runCommand(
  process.argv.slice(2),
  { env: process.env, folder: process.cwd() },
  {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    look: {
      columns: process.stdout.columns || 80,
      // Node.js looks at NO_COLOR and the rest; a pipe has no such method.
      colour: process.stdout.hasColors?.() ?? false,
    },
  },
).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`The doctor failed (${error instanceof Error ? error.name : 'unknown'}).\n`);
    process.exitCode = 2;
  },
);
